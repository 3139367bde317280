import { captionName, possibleCaptionName } from "../../media/captions/names.ts";
import { IN_FOLDER, pairingKeys, rankSidecars } from "../../media/captions/pairing.ts";
import { candidateByName } from "../../media/sniff.ts";

/** Which captions of one folder belong to which of its media files. */
export interface FolderSidecars {
  /** The names of all that may be media. */
  readonly mediaNames: readonly string[];
  /** The captions that suit the media file best; null without any. */
  readonly sidecarOf: (mediaName: string) => Promise<string | null>;
  /** The captions that suit the media file and its language, best first. */
  readonly sidecarsOf: (mediaName: string) => Promise<readonly string[]>;
  /** Every captions file, whatever its language, that belongs to the media file. */
  readonly captionsOf: (mediaName: string) => Promise<readonly string[]>;
  /** The media files that the captions belong to, whatever their language. */
  readonly mediaOf: (captionsName: string) => Promise<readonly string[]>;
}

/** Opens files whose name does not tell what they are. */
export interface Opener {
  readonly isMedia: (name: string) => Promise<boolean>;
  /** Asked for names such as `talk.json`, which may be a transcript. */
  readonly isCaptions: (name: string) => Promise<boolean>;
}

/** Captions that nobody needs beside one media file. */
const MAX_SIDECARS = 50;

/**
 * Pairs the names of a folder, and of folders for captions below it (`Subs/talk.srt`). Each name is
 * looked at once, so that folders of a hundred thousand files cost no more a file than small ones.
 */
export function pairNames(
  names: readonly string[],
  language: string | undefined,
  { isMedia, isCaptions }: Opener,
): FolderSidecars {
  const captions = new Map<string, string[]>();
  const media = new Map<string, string[]>();
  const mediaNames: string[] = [];
  for (const name of names) {
    if (possibleCaptionName(name)) add(captions, name);
    else if (!name.includes("/") && candidateByName(name) !== "skip") {
      add(media, name);
      mediaNames.push(name);
    }
  }
  const near = (name: string, among: ReadonlyMap<string, readonly string[]>): string[] => [
    ...new Set(pairingKeys(name).flatMap((key) => among.get(key) ?? [])),
  ];
  /** All media where there is only one, which then owns what lies in a folder for captions. */
  const only = mediaNames.filter((name) => candidateByName(name) === "media");
  const mediaNear = (name: string): string[] => [
    ...new Set([...near(name, media), ...(only.length === 1 ? only : only.slice(0, 2))]),
  ];
  const inFolder = only.length === 1 ? (captions.get(IN_FOLDER) ?? []) : [];
  const rank = (mediaName: string, among: readonly string[], wanted?: string): readonly string[] =>
    rankSidecars(mediaName, among, wanted, mediaNear);
  /** What was opened already: who lists asks for the captions of one media file more than once. */
  const answers = new Map<string, Promise<boolean>>();
  const looksLikeCaptions = (name: string): Promise<boolean> => {
    const answer = answers.get(name) ?? isCaptions(name);
    answers.set(name, answer);
    return answer;
  };
  const opened = async (among: readonly string[]): Promise<readonly string[]> => {
    const kept: string[] = [];
    for (const name of among)
      if (captionName(name) || (await looksLikeCaptions(name))) kept.push(name);
    return kept.slice(0, MAX_SIDECARS);
  };
  const sidecarsOf = (name: string, wanted: string | undefined): Promise<readonly string[]> =>
    opened(rank(name, [...new Set([...near(name, captions), ...inFolder])], wanted));
  return {
    mediaNames,
    sidecarOf: async (name) => (await sidecarsOf(name, language))[0] ?? null,
    sidecarsOf: (name) => sidecarsOf(name, language),
    captionsOf: async (name) => [...(await sidecarsOf(name, undefined))].toSorted(),
    async mediaOf(name) {
      const owners: string[] = [];
      for (const one of mediaNear(name))
        if (
          rank(one, [name]).length > 0 &&
          (candidateByName(one) === "media" || (await isMedia(one)))
        )
          owners.push(one);
      return owners;
    },
  };
}

function add(names: Map<string, string[]>, name: string): void {
  for (const key of pairingKeys(name)) {
    const list = names.get(key);
    if (!list) names.set(key, [name]);
    else if (list.at(-1) !== name) list.push(name);
  }
}
