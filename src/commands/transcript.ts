import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import { MediasearchError } from "../errors.ts";
import { clock, painter, plain } from "../output.ts";
import type { Segment } from "../types.ts";
import type { Command } from "./command.ts";
import { findAsset } from "./find-asset.ts";
import { chosenFormat } from "./format.ts";
import { showPath } from "./show-path.ts";

export const run: Command = async ([name = ""], flags, context) => {
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const asset = await findAsset(backend.store, name, io.cwd);
    const file = showPath(asset.id, io.cwd);
    if (asset.fingerprint === null)
      throw new MediasearchError("NOT_FOUND", `${file}: ${asset.error ?? "registered, but not indexed yet"}`, {
        subject: file, hint: `mediasearch index ${JSON.stringify(file)}`,
      });
    const segments: Segment[] = [];
    for await (const segment of backend.store.readVersion(asset.id)) segments.push(segment);
    const format = chosenFormat(flags);
    if (format === "json") {
      const rows = segments.map(({ startMs, endMs, speaker, text }) => ({ startMs, endMs, speaker, text }));
      const { origin, engine, language, durationMs } = asset;
      io.stdout.write(`${JSON.stringify({ version: 1, file, origin, engine, language, durationMs, segments: rows })}\n`);
    } else if (format === "srt") io.stdout.write(formatSrt(segments));
    else if (format === "vtt") io.stdout.write(formatWebvtt(segments));
    else {
      const paint = painter(io.stdout, io.env);
      for (const { startMs, speaker, text } of segments)
        io.stdout.write(`${paint("green", clock(startMs))}  ${speaker === null ? "" : `${paint("magenta", plain(speaker))}: `}${plain(text)}\n`);
      if (segments.length === 0) io.stderr.write(`${file}: nothing is said in it\n`);
    }
    return 0;
  } finally {
    await backend.close();
  }
};
