import { main } from "./cli.ts";

/** Real stdio and signals into `main`, its result into the exit code. */
export async function start(): Promise<void> {
  const stop = new AbortController();
  for (const [name, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    process.on(name, () => {
      // The second signal means "now": committed data is safe, the rest is done again.
      if (stop.signal.aborted) process.kill(process.pid, "SIGKILL");
      process.exitCode = exitCode;
      stop.abort(name);
    });
  }
  const listening = new Set<NodeJS.WriteStream>();
  /** Streams are opened by who uses them: each takes time. */
  const opened = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (listening.has(stream)) return stream;
    listening.add(stream);
    return stream.on("error", (error: NodeJS.ErrnoException) => {
      // `| head` has read enough; nobody is left to tell.
      if (error.code !== "EPIPE") throw error;
      stop.abort("EPIPE");
    });
  };
  const exitCode = await main(process.argv.slice(2), {
    env: process.env, cwd: process.cwd(), signal: stop.signal,
    get stdout() {
      return opened(process.stdout);
    },
    get stderr() {
      return opened(process.stderr);
    },
    get stdin() {
      return process.stdin;
    },
  });
  process.exitCode = stop.signal.reason === "EPIPE" ? 0 : exitCode;
}
