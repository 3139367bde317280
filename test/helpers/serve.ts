import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { BIN, environment, ROOT } from "./run.ts";

export interface ServedLibrary {
  readonly url: string;
  /** Signs in once. */
  readonly signInUrl: string;
  /** A request of the API, by key unless `key` is null. */
  call(path: string, init?: RequestInit & { readonly key?: string | null }): Promise<Response>;
  /** What the server wrote to its log, as it is by now. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  readonly child: ChildProcess;
}

export interface ServeOptions {
  readonly home: string;
  /** What `call` sends unless told otherwise. */
  readonly key: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real program on a port of its own. */
export async function startServe({
  home,
  key: ownKey,
  args = [],
  env = {},
}: ServeOptions): Promise<ServedLibrary> {
  const child = spawn(process.execPath, [BIN, "serve", "--listen", "127.0.0.1:0", ...args], {
    cwd: ROOT,
    env: environment(home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (stdout.split("\n").length > 2) resolve();
    });
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  const [url = "", signIn = ""] = stdout.split("\n");
  return {
    url,
    signInUrl: /http\S+/.exec(signIn)?.[0] ?? "",
    child,
    call: (path, { key = ownKey, headers, ...init } = {}) =>
      fetch(`${url}${path}`, {
        redirect: "manual",
        ...init,
        headers: {
          ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
          ...(headers as Record<string, string> | undefined),
        },
      }),
    log: () =>
      stderr
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill("SIGTERM");
      await once(child, "exit");
      return child.exitCode;
    },
  };
}
