import { extname } from "node:path";

/** Endings of what is only heard: books and lectures are sold and kept so. */
const HEARD = /^\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|flac|wma|wav)$/i;

/** `01 - Loomings.mp3`: a number, then a heading. */
const NUMBER_FIRST = /^(\d{1,3})\s*[-._) ]\s*\p{L}/u;
/** `Chapter 01.mp3`, `Moby Dick - Part 1.mp3`, `Kapitel_3 Der Wal.mp3`. */
const NUMBER_BEHIND_WORD =
  /(?<!\p{L})(?:chapter|chap|track|part|pt|episode|lecture|lesson|kapitel|teil|folge|chapitre|partie|cap[ií]tulo|parte|capitolo|hoofdstuk|deel|глава|часть)[-_. ]*(\d{1,3})(?!\d)/iu;

/** Folders that only tell a disc: the work is called like the folder above. */
const DISC = /^(?:cd|dis[ck]|part|teil|side|volume|vol)[-_. ]*(?:\d{1,2}|[a-d])$/i;

const MIN_PARTS = 3;
/** Numbers have three digits: more files than these can't have one each. */
const MAX_PARTS = 1000;

/**
 * What a work is called that lies in a folder as numbered files, such as an audiobook by chapters;
 * undefined for a folder of separate recordings. Every file that is heard must be numbered, none
 * twice and none missing.
 * @param folders the folder and those above it, by name, the nearest first.
 */
export function numberedWork(
  folders: readonly string[],
  names: readonly string[],
): string | undefined {
  if (names.length < MIN_PARTS || names.length > MAX_PARTS) return undefined;
  const heard = names.filter((name) => HEARD.test(extname(name)));
  if (heard.length < names.length) return undefined;
  const numbers = heard.map(numberOf);
  const known = new Set(numbers);
  const span = Math.max(...numbers) - Math.min(...numbers) + 1;
  if (known.size !== numbers.length || span !== numbers.length) return undefined;
  const work = folders.find((folder) => !DISC.test(folder));
  return work === "" ? undefined : work;
}

/** NaN for a file without a number, which fits into no count. */
function numberOf(name: string): number {
  const stem = name.slice(0, -extname(name).length);
  const [, number] = NUMBER_FIRST.exec(stem) ?? NUMBER_BEHIND_WORD.exec(stem) ?? [];
  return Number(number ?? Number.NaN);
}

/**
 * Small copies that cameras write beside their films: `GL010123.LRV` of `GH010123.MP4`,
 * `DJI_0001.LRF` of `DJI_0001.MP4`.
 */
export function isSmallCopy(name: string, names: readonly string[]): boolean {
  const [, stem, ending] = /^(.*)\.(lrv|lrf)$/i.exec(name) ?? [];
  if (stem === undefined || ending === undefined) return false;
  const film = ending === ending.toUpperCase() ? ".MP4" : ".mp4";
  const stems = /^gl\d/i.test(stem)
    ? ["H", "X", "h", "x"].map((c) => stem[0] + c + stem.slice(2))
    : [];
  return [stem, ...stems].some((one) => names.includes(one + film));
}
