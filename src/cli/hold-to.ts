import { MediasearchError } from "../errors.ts";
import { limitThisProcess } from "../launcher.ts";
import type { CliStreams, OwnSettings } from "../terminal/io.ts";
import { startWatchdog } from "../watchdog/watchdog.ts";
import { reportError } from "./report-error.ts";

/**
 * The kernel's limit is a last resort where nobody can look in time. It counts what is reserved
 * too: by the threads of `serve` 2.8 GB before anything is asked.
 */
const RESERVED_BYTES = 4_000_000_000;

/**
 * Ends this process, a command that goes on for long, when it is beyond what the settings allow it.
 * What is written then is an error like every other.
 */
export function holdTo(
  settings: OwnSettings,
  argv: readonly string[],
  env: CliStreams["env"],
): void {
  const { mainMemoryMb, mainTimeoutMs } = settings;
  const wordsOf = (why: string, hint: string): string => {
    let words = "";
    const stderr = { write: (text: string) => (words += text) };
    const message = `${argv[0]}: ended, because it ${why}`;
    reportError(new MediasearchError("OVER_LIMIT", message, { hint }), argv, { stderr, env });
    return words;
  };
  limitThisProcess(2 * mainMemoryMb * 1e6 + RESERVED_BYTES);
  startWatchdog(
    { maxMemoryBytes: mainMemoryMb * 1e6, maxBusyMs: mainTimeoutMs },
    {
      tooLarge: wordsOf(
        `needed more than ${mainMemoryMb} MB of memory`,
        "raise MAIN_MEMORY_MB if the machine has more",
      ),
      tooBusy: wordsOf(
        `was at one step for ${mainTimeoutMs / 1000} s of processor time, and heard nothing`,
        "raise MAIN_TIMEOUT_MS if the library is large and the machine slow",
      ),
    },
  );
}
