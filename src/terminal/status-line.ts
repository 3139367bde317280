import { fitStart } from "./fit.ts";
import { columnsOf } from "./style.ts";
import type { CliStreams, OutputStream } from "./io.ts";

/** What a live view can show beside the line. Times in milliseconds of audio. */
export interface StatusDetails {
  /** How much of `total` is done, in whatever unit. */
  readonly done: number;
  /** null while it is not known. */
  readonly total: number | null;
  readonly working: readonly {
    readonly file: string;
    /** What is done with it just now, where that has no position. */
    readonly phase?: string | undefined;
    readonly positionMs: number;
    readonly durationMs: number | null;
  }[];
  readonly failures: readonly string[];
}

export interface StatusLine {
  /** Shows the newest state; on a terminal in place, elsewhere as a line every few seconds. */
  update(text: string, details?: StatusDetails): void;
  /** Writes a line that stays. */
  note(text: string): void;
  end(): void;
}

const OFF_TERMINAL_MS = 10_000;

const ON_TERMINAL_MS = 100;

export function createStatusLine(sink: OutputStream, env: CliStreams["env"]): StatusLine {
  const live = sink.isTTY === true && env["TERM"] !== "dumb";
  let shown = "";
  let lastMs = live ? 0 : Date.now();
  const clear = (): void => {
    if (shown !== "") sink.write("\r\u001b[K");
    shown = "";
  };
  return {
    update(text) {
      const now = Date.now();
      if (now - lastMs < (live ? ON_TERMINAL_MS : OFF_TERMINAL_MS)) return;
      lastMs = now;
      if (!live) {
        sink.write(`${text}\n`);
        return;
      }
      clear();
      shown = fitStart(text, Math.max(20, columnsOf(sink, 80) - 1));
      sink.write(shown);
    },
    note(text) {
      clear();
      sink.write(`${text}\n`);
    },
    end: clear,
  };
}
