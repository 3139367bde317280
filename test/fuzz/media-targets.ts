import { decodeLine21 } from "../../src/media/captions/cea608.ts";
import { decodeTeletext, subtitlePage } from "../../src/media/captions/teletext.ts";
import { pairsOfPicture } from "../../src/media/picture-captions.ts";
import { formatSelection, parseSelection } from "../../src/selection.ts";
import { teletextUnits } from "../helpers/teletext.ts";
import type { FuzzTarget } from "./target.ts";

/** Cues may be of any text, and lie where they can be. */
function checkTimes(cues: readonly { readonly startMs: number; readonly endMs: number }[]): void {
  for (const { startMs, endMs } of cues)
    if (!(startMs >= 0 && endMs >= startMs)) throw new TypeError(`from ${startMs} to ${endMs}`);
}

/** Readers of what lies inside media, and of what is noted of their tracks. */
export const MEDIA_READERS: readonly FuzzTarget[] = [
  {
    name: "teletext",
    seeds: () => [
      teletextUnits({ atMs: 0, rows: ["\u000b\u000bGood evening.\n\n", "Here is the news."] }),
      Buffer.from("09001150", "hex"),
    ],
    read(bytes) {
      const half = Math.ceil(bytes.length / 2);
      const packets = [bytes, bytes.subarray(half)].map((data, i) => ({ atMs: i * 1000, data }));
      for (const page of [null, subtitlePage(bytes)?.page ?? null])
        checkTimes(decodeTeletext(packets, page));
    },
  },
  {
    name: "picture-captions",
    seeds: () => [
      Buffer.concat([
        Buffer.from("GA94\u0003\u0043\u00ff", "latin1"),
        Buffer.from("fc9420fcc8e5", "hex"),
      ]),
    ],
    read: (bytes) => checkTimes(decodeLine21(pairsOfPicture(bytes, 0))),
  },
  {
    name: "track-selection",
    seeds: () => [
      Buffer.from("audio-track=2&channels=mix&audio=2&of=3&language=de&title=Haupt%7Cton"),
    ],
    read(bytes) {
      const note = parseSelection(bytes.toString());
      const text = formatSelection(note);
      if (text.includes("|") || formatSelection(parseSelection(text)) !== text)
        throw new TypeError("a selection that does not read back");
    },
  },
];
