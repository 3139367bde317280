import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { decodeText } from "../media/captions/decode-text.ts";
import { parseCaptions } from "../media/captions/parse.ts";
import { candidateByName } from "../media/sniff.ts";

/** A recording and what is said in it. */
export interface ReferenceSample {
  readonly path: string;
  readonly name: string;
  readonly reference: string;
}

const REFERENCE_ENDINGS = [".txt", ".vtt", ".srt"] as const;

/**
 * The recordings of a folder that have a transcript of the same name beside them: text, WebVTT or
 * SubRip, the first of these that there is.
 * @throws NOT_FOUND when none has.
 */
export async function findSamples(folder: string): Promise<readonly ReferenceSample[]> {
  const names = (await readdir(folder)).toSorted();
  const samples: ReferenceSample[] = [];
  for (const name of names.filter((one) => candidateByName(one) === "media")) {
    const stem = name.slice(0, -extname(name).length);
    const ending = REFERENCE_ENDINGS.find((one) => names.includes(`${stem}${one}`));
    if (ending !== undefined)
      samples.push({
        path: join(folder, name),
        name,
        reference: await readReference(join(folder, `${stem}${ending}`), ending),
      });
  }
  if (samples.length > 0) return samples;
  throw new MediasearchError("NOT_FOUND", `${folder}: no recording with a transcript beside it`, {
    subject: folder,
    hint: "put what is said in talk.mp3 into talk.txt, talk.vtt or talk.srt beside it",
  });
}

async function readReference(
  path: string,
  ending: (typeof REFERENCE_ENDINGS)[number],
): Promise<string> {
  const bytes = await readFile(path);
  if (ending === ".txt") return decodeText(bytes);
  return parseCaptions(bytes, ending === ".vtt" ? "webvtt" : "srt")
    .cues.map(({ text }) => text)
    .join(" ");
}
