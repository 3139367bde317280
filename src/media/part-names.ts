/** What a name says of a file that may be one of several in which a device put one recording. */
export interface PartName {
  /** What the whole may be called: `GX0123`, `VTS_01`. */
  readonly whole: string;
  /** The file's place by its name, counted as the device counts. */
  readonly number: number;
  /** The number of the first part; null where any number may be the first. */
  readonly first: number | null;
  /** The name of another part; undefined for a number that no device uses. */
  nameOf(number: number): string | undefined;
}

type Rule = (name: string) => PartName | undefined;

const numbered = (number: number, digits: number): string | undefined =>
  number >= 0 && number < 10 ** digits ? String(number).padStart(digits, "0") : undefined;

/** `GH010123.MP4`, `GH020123.MP4`, …: chapter, then the number of the recording. */
const goPro: Rule = (name) => {
  const [, kind, chapter, recording, ending] =
    /^(g[hxsl])(\d\d)(\d{4})(\.(?:mp4|lrv|360))$/i.exec(name) ?? [];
  if (kind === undefined || recording === undefined) return undefined;
  return {
    whole: kind + recording,
    number: Number(chapter),
    first: 1,
    nameOf: (number) => `${kind}${numbered(number, 2) ?? ""}${recording}${ending}`,
  };
};

/** Until the HERO5: `GOPR0123.MP4`, then `GP010123.MP4`, `GP020123.MP4`, … */
const earlyGoPro: Rule = (name) => {
  const [, first, chapter, recording, ending] =
    /^(?:(gopr)|gp(\d\d))(\d{4})(\.(?:mp4|lrv))$/i.exec(name) ?? [];
  if (recording === undefined) return undefined;
  const isSmall = name.startsWith("g");
  const cased = (text: string): string => (isSmall ? text.toLowerCase() : text);
  return {
    whole: cased(`GOPR${recording}`),
    number: first === undefined ? Number(chapter) : 0,
    first: 0,
    nameOf: (number) =>
      number === 0
        ? `${cased("GOPR")}${recording}${ending}`
        : `${cased("GP")}${numbered(number, 2) ?? ""}${recording}${ending}`,
  };
};

/** A title of a DVD: `VTS_01_1.VOB` to `VTS_01_9.VOB`; `VTS_01_0.VOB` is its menu. */
const dvd: Rule = (name) => {
  const [, title, number, ending] = /^(vts_\d\d)_([1-9])(\.vob)$/i.exec(name) ?? [];
  if (title === undefined) return undefined;
  return {
    whole: title,
    number: Number(number),
    first: 1,
    nameOf: (other) =>
      other >= 1 && other <= 9 ? `${title}_${String(other)}${ending ?? ""}` : undefined,
  };
};

/**
 * Camcorders and field recorders count their files on, whether a new recording begins or the file
 * system allows no larger one: `00001.MTS`, `DJI_0002.MP4`, `STE-001.wav`.
 */
const counted: Rule = (name) => {
  const [, before, digits, after, ending] =
    /^(.*?)(\d{1,6})(\D{0,8})(\.(?:mts|m2ts|mp4|mov|mpg|avi|wav))$/i.exec(name) ?? [];
  if (before === undefined || digits === undefined) return undefined;
  const nameOf = (number: number): string | undefined => {
    const text = numbered(number, digits.length);
    return text === undefined ? undefined : `${before}${text}${after}${ending}`;
  };
  return {
    whole: name.slice(0, -(ending?.length ?? 0)),
    number: Number(digits),
    first: null,
    nameOf,
  };
};

const RULES: readonly Rule[] = [goPro, earlyGoPro, dvd, counted];

/** Reads the name of a file without its folder; undefined for one that stands by itself. */
export function partName(name: string): PartName | undefined {
  for (const rule of RULES) {
    const found = rule(name);
    if (found) return found;
  }
  return undefined;
}

/**
 * Sizes at which devices begin another file, in bytes: a little below two and below four gigabytes,
 * which is what their file systems and their programs allow.
 */
const FULL_SIZES = [
  { from: 1_980_000_000, to: 2 ** 31 },
  { from: 3_700_000_000, to: 2 ** 32 },
] as const;

/** Whether a device ended a file because it could not grow any more. */
export const isFullFile = (sizeBytes: number): boolean =>
  FULL_SIZES.some(({ from, to }) => sizeBytes >= from && sizeBytes <= to);
