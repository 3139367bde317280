import type { CaptionFormat } from "../../src/media/captions/formats.ts";
import { parseCaptions } from "../../src/media/captions/parse.ts";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The cues of captions as rows of start and end in milliseconds, speaker and text. */
export const cues = (text: string | Uint8Array, format: CaptionFormat = "srt") =>
  parseCaptions(typeof text === "string" ? bytes(text) : text, format).cues.map(
    ({ startMs, endMs, speaker, text: said }) => [startMs, endMs, speaker, said],
  );

/** The texts of the cues alone. */
export const said = (text: string | Uint8Array, format: CaptionFormat = "srt") =>
  cues(text, format).map(([, , , one]) => one);
