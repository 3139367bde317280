import { fork } from "node:child_process";
import type { Fault } from "../servers/http-faults.ts";

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Of a second server in the same process. */
  readonly secondPort: number;
  /** What goes wrong with the next requests; forgets the log. */
  faults(...faults: readonly Fault[]): Promise<void>;
  /** The requests since then. */
  log<T>(): Promise<T[]>;
  stop(): Promise<void>;
}

/** Starts a server of test/servers in a process of its own; it ends with this one at the latest. */
export async function startServer(name: string, args: readonly string[] = []): Promise<TestServer> {
  const child = fork(new URL(`../servers/${name}`, import.meta.url), args, {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [port = 0, secondPort = 0] = await new Promise<number[]>((resolve, reject) => {
    child.stdout?.once("data", (text: Buffer) =>
      resolve(text.toString().trim().split(" ").map(Number)),
    );
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  return {
    url,
    port,
    secondPort,
    faults: async (...faults) =>
      void (await fetch(`${url}/faults`, { method: "POST", body: JSON.stringify(faults) })),
    log: async <T>() => (await (await fetch(`${url}/log`)).json()) as T[],
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
