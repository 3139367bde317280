import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cue, Language, Word } from "../../types.ts";
import { BYTE_LETTERS, LETTER_BYTES } from "../byte-letters.ts";
import { toWhisper } from "../remote/languages.ts";
import { repeats } from "../repetition.ts";
import type { SherpaModel } from "./folder.ts";
import type { RecognizerResult } from "./module.ts";

/**
 * What Whisper needs beyond other models of sherpa-onnx: it ends early and must be asked again, its
 * tokens split letters, it knows some languages only, and it may repeat itself.
 */

/** Whisper may end this much before its audio does without having left anything out. */
const MAX_LEFT_SECONDS = 1;
const MIN_PROGRESS_SECONDS = 0.5;

/**
 * Rewrites tokens.txt (base64, then a number, a line each) so that every byte is a letter.
 * sherpa-onnx drops what is no whole UTF-8 letter in a token; so all tokens are whole.
 */
export const toLetteredTokens = (file: string): string =>
  file.replaceAll(/^(\S+)(?=[ \t]+\d+[ \t]*$)/gm, (token) => {
    const bytes = Buffer.from(token === "=" ? "" : token, "base64");
    const letters = [...bytes].map((byte) => BYTE_LETTERS[byte] ?? "").join("");
    return Buffer.from(letters).toString("base64") || "=";
  });

/** Calls back with a file of lettered tokens, which is gone afterwards. */
export async function withLetteredTokens<T>(
  { tokens }: SherpaModel,
  use: (path: string) => T,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "mediasearch-tokens-"));
  try {
    const path = join(folder, "tokens.txt");
    await writeFile(path, toLetteredTokens(await readFile(tokens, "utf8")));
    return use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const bytesOf = (letters: string): Buffer =>
  Buffer.from([...letters].flatMap((letter) => LETTER_BYTES.get(letter) ?? []));
const toText = (letters: string): string =>
  bytesOf(letters).toString("utf8").replaceAll("\ufffd", "");

/** Turns letters back into text, and joins tokens that share a letter. */
export function fromLetters(result: RecognizerResult): RecognizerResult {
  const { tokens = [], timestamps = [], durations = [] } = result;
  const isTimed = timestamps.length === tokens.length;
  const joined = { tokens: [] as string[], timestamps: [] as number[], durations: [] as number[] };
  let first = 0;
  for (let end = 1; end <= tokens.length; end++) {
    const text = bytesOf(tokens.slice(first, end).join("")).toString("utf8");
    if (text.includes("\ufffd") && end < tokens.length && end - first < 5) continue;
    joined.tokens.push(text.replaceAll("\ufffd", ""));
    const [from = 0, last = 0] = [timestamps[first], timestamps[end - 1]];
    joined.timestamps.push(from);
    joined.durations.push(last + (durations[end - 1] ?? 0) - from);
    first = end;
  }
  return {
    ...result,
    text: toText(result.text),
    tokens: joined.tokens,
    timestamps: isTimed ? joined.timestamps : [],
    durations: isTimed && durations.length === tokens.length ? joined.durations : [],
  };
}

/** Where Whisper must be asked again, in seconds; null when it came to the end. */
export function unheardFrom(
  { segment_timestamps: starts = [], segment_durations: durations = [] }: RecognizerResult,
  seconds: number,
): number | null {
  const end = (starts.at(-1) ?? 0) + (durations.at(-1) ?? 0);
  return end >= MIN_PROGRESS_SECONDS && end < seconds - MAX_LEFT_SECONDS ? end : null;
}

/** Whisper's code of a language, "" to let it find out, null when the model does not know it. */
export function whisperCode(model: SherpaModel, language: Language | undefined): string | null {
  if (language === undefined) return "";
  if (/^yue\b/i.test(language) && /large-v3|turbo/.test(model.name)) return "yue";
  const code = toWhisper(language);
  return isEnglishOnly(model) && code !== "en" ? null : code;
}

/** The archives of such models are called tiny.en, base.en, distil-small.en and the like. */
export const isEnglishOnly = ({ files, name }: SherpaModel): boolean =>
  /\.en\b/.test(name) || /\.en-encoder/.test(files["encoder"] ?? "");

/** Leaves out what a decoder in a loop said again and again. */
export function withoutRepeats(cue: Cue): { readonly cue: Cue; readonly isCut: boolean } {
  const words = cue.words?.map(({ text }) => text) ?? cue.text.split(" ");
  const numbers = new Map([...new Set(words)].map((text, i) => [text, i]));
  const said = words.map((text) => numbers.get(text) ?? -1);
  for (let loop = repeats(said); loop > 0; loop = repeats(said)) said.length -= loop;
  if (said.length === words.length) return { cue, isCut: false };
  const kept: readonly Word[] | null = cue.words?.slice(0, said.length) ?? null;
  return {
    cue: {
      ...cue,
      text: words.slice(0, said.length).join(" "),
      words: kept,
      endMs: kept?.at(-1)?.endMs ?? cue.endMs,
    },
    isCut: true,
  };
}
