import type { Word } from "../../../types.ts";
import type { CaptionFormatSpec } from "../caption-format.ts";
import { decodeEntities, plain } from "../markup.ts";
import type { RawCaptions, RawCue } from "../raw-cue.ts";
import { readXml, type XmlElement } from "../xml.ts";

export const YOUTUBE_XML: CaptionFormatSpec = {
  name: "youtube-xml",
  title: "YouTube's srv1, srv2 and srv3",
  specification: "https://github.com/yt-dlp/yt-dlp/blob/master/README.md#subtitle-options",
  endings: [".srv1", ".srv2", ".srv3", ".ytt"],
  sharedEndings: [".xml"],
  matches: (head) => /^\s*(?:<\?xml[^>]*>)?\s*<(?:transcript|timedtext)[\s>]/.test(head),
  mayBeEmpty: true,
  read: parseYoutubeXml,
};

interface Open {
  readonly startMs: number;
  readonly endMs: number;
  text: string;
  words: Word[];
}

const numberOf = ({ attributes }: XmlElement, name: string): number | null => {
  const value = Number(attributes.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
};

/** `start` and `dur` in seconds (srv1), `t` and `d` in milliseconds (srv2, srv3). */
function openOf(element: XmlElement): Open | undefined {
  const seconds = numberOf(element, "start");
  const startMs = seconds === null ? numberOf(element, "t") : Math.round(seconds * 1000);
  if (startMs === null) return undefined;
  const length = numberOf(element, "d") ?? (numberOf(element, "dur") ?? 0) * 1000;
  return { startMs, endMs: startMs + Math.round(length), text: "", words: [] };
}

/**
 * Parses what YouTube's player loads: `<text>` (srv1, srv2) or `<p>` (srv3) with times; in srv3
 * `<s>` has the words, each at `t` milliseconds after its line. A `<p a="1">` only rolls the lines
 * up.
 */
function parseYoutubeXml(text: string): RawCaptions {
  const cues: RawCue[] = [];
  let cue: Open | undefined;
  let language: string | null = null;
  readXml(text, {
    open(element) {
      if (element.name === "timedtext" || element.name === "transcript")
        language = element.attributes.get("lang") ?? null;
      if (element.name === "text" || (element.name === "p" && !element.attributes.has("a")))
        cue = openOf(element);
      if (element.name === "br" && cue) cue.text += "\n";
      if (element.name === "s" && cue)
        cue.words.push({
          text: "",
          startMs: cue.startMs + (numberOf(element, "t") ?? 0),
          endMs: cue.endMs,
          confidence: confidenceOf(element),
        });
    },
    text(said, open) {
      if (!cue) return;
      cue.text += said;
      const word = cue.words.at(-1);
      if (word && open.at(-1)?.name === "s")
        cue.words[cue.words.length - 1] = { ...word, text: word.text + said };
    },
    close(element) {
      if (!cue || (element.name !== "text" && element.name !== "p")) return;
      cues.push(...finish(cue));
      cue = undefined;
    },
  });
  return { cues, language };
}

/** `ac` is a confidence from 0 to 255. */
function confidenceOf(element: XmlElement): number | null {
  const value = numberOf(element, "ac");
  return value === null || value < 0 || value > 255 ? null : value / 255;
}

function finish({ startMs, endMs, text, words }: Open): RawCue[] {
  // srv1 escapes twice.
  const lines = decodeEntities(text)
    .split("\n")
    .map((line) => ({ text: plain(line) }))
    .filter((line) => line.text !== "");
  if (lines.length === 0) return [];
  const timed = words
    .map((word, i) => ({
      ...word,
      text: plain(decodeEntities(word.text)),
      endMs: words[i + 1]?.startMs ?? endMs,
    }))
    .filter((word) => word.text !== "");
  return [{ startMs, endMs, lines, words: timed.length > 1 ? timed : null }];
}
