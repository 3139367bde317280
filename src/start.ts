import { main } from "./cli/main.ts";
import { MediasearchError, toMediasearchError } from "./errors.ts";
import { reportError } from "./cli/report-error.ts";

/** Commands that go on for long, and with what strangers send. */
const LONG_COMMANDS = new Set(["index", "mcp", "serve"]);

/** Real stdio and signals into `main`, its result into the exit code. */
export async function start(): Promise<void> {
  const stop = new AbortController();
  for (const [name, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(name, () => {
      // The second signal means "now": committed data is safe, the rest is done again.
      if (stop.signal.aborted) process.kill(process.pid, "SIGKILL");
      process.exitCode = exitCode;
      stop.abort(name);
    });
  }
  const argv = process.argv.slice(2);
  const [command = ""] = argv;
  let hasEnded = false;
  /** What could not be written is missed whatever the command made of it. */
  const tell = (error: MediasearchError): void => {
    process.exitCode = error.exitCode;
    reportError(error, argv, process);
  };
  const listening = new Set<NodeJS.WriteStream>();
  /** Streams are opened by who uses them: each takes time. */
  const opened = (stream: NodeJS.WriteStream): NodeJS.WriteStream => {
    if (listening.has(stream)) return stream;
    listening.add(stream);
    return stream.on("error", (error: NodeJS.ErrnoException) => {
      // `| head` has read enough; nobody is left to tell.
      if (error.code === "EPIPE") return stop.abort("EPIPE");
      if (stop.signal.aborted) return;
      const mine = unwritten(
        error,
        stream === process.stdout ? "standard output" : "standard error",
      );
      stop.abort(mine);
      if (hasEnded) tell(mine);
    });
  };
  const cwd = currentFolder();
  if (cwd === undefined)
    return tell(
      new MediasearchError("USAGE", "the current folder does not exist any more", {
        hint: "cd to another one",
      }),
    );
  const exitCode = await main(argv, {
    env: process.env,
    cwd,
    signal: stop.signal,
    holdTo: LONG_COMMANDS.has(command)
      ? (limits) =>
          void import("./cli/hold-to.ts").then(({ holdTo }) =>
            holdTo(limits, command, (error, stderr) =>
              reportError(error, argv, { stderr, env: process.env }),
            ),
          )
      : undefined,
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
  hasEnded = true;
  const { reason } = stop.signal as { readonly reason: unknown };
  process.exitCode = reason === "EPIPE" ? 0 : exitCode;
  // One that failed of it has told already.
  if (reason instanceof MediasearchError && exitCode !== reason.exitCode) tell(reason);
}

/** undefined when somebody has removed it. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function unwritten(error: NodeJS.ErrnoException, name: string): MediasearchError {
  const known = toMediasearchError(error, name);
  return known.code === "NO_SPACE"
    ? known
    : new MediasearchError(
        "IO_FAILED",
        `${name}: can't be written (${error.code ?? error.message})`,
        { subject: name, cause: error },
      );
}
