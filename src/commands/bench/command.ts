import { resolve } from "node:path";
import type { Command } from "../../cli/command.ts";
import { hasFlag } from "../../cli/flags.ts";
import type { BENCH_SPEC } from "../../cli/specs/indexing.ts";
import { MediasearchError } from "../../errors.ts";
import { expandHome } from "../../location.ts";

export const run: Command<typeof BENCH_SPEC> = async ([what, folder], flags, context) => {
  const isJson = hasFlag(flags, "json");
  if (folder === undefined)
    throw new MediasearchError("USAGE", `bench ${what}: which folder?`, {
      hint:
        what === "speakers"
          ? "mediasearch bench speakers FOLDER   (recordings with .rttm beside them)"
          : "mediasearch bench asr FOLDER   (recordings with transcripts beside them)",
    });
  if (what === "speakers") {
    const { benchSpeakers } = await import("./speakers.ts");
    return benchSpeakers(resolve(context.io.cwd, expandHome(folder)), isJson, context);
  }
  const { benchRecognisers } = await import("./asr.ts");
  return benchRecognisers(folder, isJson, context);
};
