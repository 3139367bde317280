import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The network of this process, as Linux numbers them. */
export const ownNetwork = (): string => readlinkSync("/proc/self/ns/net");

/** The numbers of the processes that this one started. */
const children = (): string[] =>
  readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "latin1")
      .split(" ")
      .map((pid) => pid.trim())
      .filter((pid) => pid !== ""),
  );

/** The network of every process that this one started. */
export const childNetworks = (): string[] =>
  children().flatMap((pid) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/net`)];
    } catch {
      return [];
    }
  });

/** Whether each process that this one started sees a file of this machine under its path. */
export const childrenSee = (path: string): boolean[] =>
  children().map((pid) => existsSync(`/proc/${pid}/root${path}`));
