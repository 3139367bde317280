import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The network of this process, as Linux numbers them. */
export const ownNetwork = (): string => readlinkSync("/proc/self/ns/net");

/** The network of every process that this one started. */
export const childNetworks = (): string[] =>
  readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "latin1")
      .split(" ")
      .flatMap((pid) => {
        try {
          return [readlinkSync(`/proc/${pid.trim()}/ns/net`)];
        } catch {
          return [];
        }
      }),
  );
