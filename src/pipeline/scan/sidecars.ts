import { captionName, pairingKeys, pickSidecar } from "../../media/captions/names.ts";
import { candidateByName } from "../../media/sniff.ts";

/** Which captions of one folder belong to which of its media files. */
export interface FolderSidecars {
  /** The captions that suit the media file best; null without any. */
  readonly sidecarOf: (mediaName: string) => string | null;
  /** Every captions file, whatever its language, that belongs to the media file. */
  readonly captionsOf: (mediaName: string) => readonly string[];
  /** The media files that the captions belong to, whatever their language. */
  readonly mediaOf: (captionsName: string) => Promise<readonly string[]>;
}

/**
 * Pairs the names of a folder. Each name is looked at once, so that folders of a hundred thousand
 * files cost no more a file than small ones.
 * `isMedia` opens a file whose name does not tell what it is.
 */
export function pairNames(
  names: readonly string[],
  language: string | undefined,
  isMedia: (name: string) => Promise<boolean>,
): FolderSidecars {
  const all = new Set(names);
  const has = (name: string): boolean => all.has(name);
  const captions = new Map<string, string[]>();
  const media = new Map<string, string[]>();
  for (const name of names) {
    if (captionName(name)) add(captions, name);
    else if (candidateByName(name) !== "skip") add(media, name);
  }
  const near = (name: string, among: ReadonlyMap<string, readonly string[]>): string[] => [
    ...new Set(pairingKeys(name).flatMap((key) => among.get(key) ?? [])),
  ];
  return {
    sidecarOf: (name) => pickSidecar(name, near(name, captions), language, has),
    captionsOf: (name) =>
      near(name, captions).filter((one) => pickSidecar(name, [one], undefined, has) !== null),
    async mediaOf(name) {
      const owners: string[] = [];
      for (const one of near(name, media))
        if (
          pickSidecar(one, [name], undefined, has) !== null &&
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
