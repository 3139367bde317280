import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { decodeText } from "../media/captions/decode-text.ts";
import { parseCaptions } from "../media/captions/parse.ts";
import type { Cue, Language } from "../types.ts";
import { candidateByName } from "../media/sniff.ts";

/** A recording and what is said in it. */
export interface ReferenceSample {
  readonly path: string;
  readonly name: string;
  readonly reference: string;
  /** The language that its name says: talk.de.txt. */
  readonly language?: Language | undefined;
  /** With the times of words where captions have them. */
  readonly cues?: readonly Cue[] | undefined;
  /** An .rttm beside it: who speaks when. */
  readonly annotation?: string | undefined;
}

const REFERENCE_ENDINGS = [".txt", ".vtt", ".srt"] as const;
/** What stands between the name of a recording and the ending of its transcript. */
const LANGUAGE_PART = /^\.([a-z]{2,3}(?:-[a-zA-Z0-9]{2,8})*)$/;

/**
 * The recordings of a folder that have a transcript of the same name beside them: text, WebVTT or
 * SubRip, the first of these that there is. A language may stand before the ending: talk.de.txt.
 * @throws NOT_FOUND when none has.
 */
export async function findSamples(folder: string): Promise<readonly ReferenceSample[]> {
  const names = (await readdir(folder)).toSorted();
  const samples: ReferenceSample[] = [];
  for (const name of names.filter((one) => candidateByName(one) === "media")) {
    const stem = name.slice(0, -extname(name).length);
    const beside = referenceOf(stem, names);
    if (!beside) continue;
    const { file, ending, language } = beside;
    const annotation = names.includes(`${stem}.rttm`) ? join(folder, `${stem}.rttm`) : undefined;
    samples.push({
      path: join(folder, name),
      name,
      language,
      annotation,
      ...(await readReference(join(folder, file), ending)),
    });
  }
  if (samples.length > 0) return samples;
  throw new MediasearchError("NOT_FOUND", `${folder}: no recording with a transcript beside it`, {
    subject: folder,
    hint: "put what is said in talk.mp3 into talk.txt, talk.vtt or talk.srt beside it",
  });
}

type Ending = (typeof REFERENCE_ENDINGS)[number];

/** The first that there is; one that names no language before one that does. */
function referenceOf(
  stem: string,
  names: readonly string[],
):
  | { readonly file: string; readonly ending: Ending; readonly language: Language | undefined }
  | undefined {
  for (const ending of REFERENCE_ENDINGS) {
    const plain = `${stem}${ending}`;
    if (names.includes(plain)) return { file: plain, ending, language: undefined };
    for (const file of names) {
      if (!file.startsWith(stem) || !file.endsWith(ending)) continue;
      const language = LANGUAGE_PART.exec(file.slice(stem.length, -ending.length))?.[1];
      if (language !== undefined) return { file, ending, language };
    }
  }
  return undefined;
}

async function readReference(
  path: string,
  ending: Ending,
): Promise<Pick<ReferenceSample, "reference" | "cues">> {
  const bytes = await readFile(path);
  if (ending === ".txt") return { reference: decodeText(bytes) };
  const { cues } = parseCaptions(bytes, ending === ".vtt" ? "webvtt" : "srt");
  return { reference: cues.map(({ text }) => text).join(" "), cues };
}
