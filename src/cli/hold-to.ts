import { MediasearchError } from "../errors.ts";
import { limitThisProcess } from "../launcher.ts";
import type { OwnSettings } from "../terminal/io.ts";
import { startWatchdog } from "../watchdog/watchdog.ts";

/**
 * The kernel's limit is a last resort where nobody can look in time. It counts what is reserved
 * too: by the threads of `serve` 2.8 GB before anything is asked.
 */
const RESERVED_BYTES = 4_000_000_000;

/**
 * Ends this process, a command that goes on for long, when it is beyond what the settings allow it.
 * What is written then is an error like every other, which `report` writes: with its own way to do
 * so, this file and the start of every command would have a file of the package in common.
 */
export function holdTo(
  settings: OwnSettings,
  command: string,
  report: (error: MediasearchError, stderr: { write(text: string): unknown }) => void,
): void {
  const { mainMemoryMb, mainTimeoutMs } = settings;
  const wordsOf = (why: string, hint: string): string => {
    let words = "";
    const stderr = { write: (text: string) => (words += text) };
    const message = `${command}: ended, because it ${why}`;
    report(new MediasearchError("OVER_LIMIT", message, { hint }), stderr);
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
