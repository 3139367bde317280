import { PassThrough, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { main } from "../../src/cli/main.ts";
import type { CliStreams } from "../../src/terminal/io.ts";
import { environment, type RunOptions } from "./run.ts";
import { until } from "./until.ts";

export interface Terminal {
  /** What was drawn last, without colours. */
  screen(): string;
  /** Everything that was written. */
  written(): string;
  press(keys: string): void;
  /** Waits until the screen shows that. @throws with the screen when it never does. */
  shows(what: string | RegExp): Promise<void>;
  readonly exitCode: Promise<number>;
}

export interface TerminalOptions extends RunOptions {
  readonly columns?: number;
  readonly rows?: number;
}

/** A whole command in this process at a keyboard and a screen that live in memory. */
export function atTerminal(
  argv: readonly string[],
  { columns = 100, rows = 30, ...options }: TerminalOptions,
): Terminal {
  const frames: string[] = [];
  const stdout = Object.assign(
    new Writable({
      write: (chunk: Buffer, _, done) => {
        frames.push(chunk.toString());
        done();
      },
    }),
    { isTTY: true, columns, rows, fd: 1 },
  );
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode() {
      return stdin;
    },
    ref() {},
    unref() {},
  });
  const io = {
    stdout,
    stderr: stdout,
    stdin,
    env: environment(options.home, options.env),
    cwd: options.cwd ?? "/",
    signal: options.signal ?? new AbortController().signal,
  };
  // Ink draws a frame at a time; the last one that has the question in it is the screen.
  const screen = (): string =>
    stripVTControlCharacters(frames.findLast((frame) => frame.includes("❯")) ?? "");
  return {
    screen,
    written: () => frames.join(""),
    press: (keys) => void stdin.write(keys),
    async shows(what) {
      const isThere = (): boolean =>
        typeof what === "string" ? screen().includes(what) : what.test(screen());
      await until(isThere).catch((cause: unknown) => {
        throw new Error(`the screen never showed ${String(what)}:\n${screen()}`, { cause });
      });
    },
    exitCode: main(argv, io as unknown as CliStreams),
  };
}
