import type { CaptionFormatSpec, ReadContext } from "../caption-format.ts";
import { chooseLanguage } from "../choose-language.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawLine } from "../raw-cue.ts";
import { readXml } from "../xml.ts";

export const SAMI: CaptionFormatSpec = {
  name: "sami",
  title: "SAMI",
  specification:
    "https://learn.microsoft.com/previous-versions/windows/desktop/dnacc/understanding-sami-1.0",
  endings: [".sami"],
  sharedEndings: [".smi"],
  matches: (head) => /^\s*(?:<!--[\s\S]*?-->\s*)?<SAMI\b/i.test(head),
  mayBeEmpty: true,
  read: parseSami,
};

interface Sync {
  readonly startMs: number;
  readonly track: string;
  text: string;
}

/** The style sheet is in the head. */
const MAX_STYLE_LENGTH = 20_000;
/** `.ENCC {Name: English; lang: en-US;}` in the style sheet. */
const STYLE = /\.([\w-]+)\s*\{[^}]*?\blang\s*:\s*([\w-]+)/gi;

/**
 * Parses SAMI, which is HTML with `<SYNC Start=milliseconds>`: what is shown from then on, until
 * the next of its class. Of several languages the wanted one is read, else the one with most text.
 */
function parseSami(text: string, { language }: ReadContext): RawCaptions {
  const syncs: Sync[] = [];
  let startMs = 0;
  let sync: Sync | undefined;
  readXml(
    text,
    {
      open({ name, attributes }) {
        if (name === "sync") {
          startMs = Number.parseInt(attributes.get("start") ?? "", 10) || 0;
          sync = undefined;
        }
        if (name === "p") {
          sync = { startMs, track: (attributes.get("class") ?? "").toLowerCase(), text: "" };
          syncs.push(sync);
        }
        if (name === "br" && sync) sync.text += "\n";
      },
      text(said, open) {
        if (!open.some(({ name }) => name === "sync")) return;
        if (!sync) syncs.push((sync = { startMs, track: "", text: "" }));
        sync.text += said.replace(/[^\S\u00a0]+/g, " ");
      },
      close() {},
    },
    true,
  );
  const languages = new Map(
    [...text.slice(0, MAX_STYLE_LENGTH).matchAll(STYLE)].map(([, name = "", tag = ""]) => [
      name.toLowerCase(),
      tag,
    ]),
  );
  const tracks = lettersOfTracks(syncs).map(([name, letters]) => ({
    name,
    letters,
    language: languages.get(name) ?? null,
  }));
  const track = chooseLanguage(tracks, language)?.name ?? "";
  return {
    cues: fillEnds(cuesOf(syncs.filter((one) => one.track === track))),
    language: languages.get(track) ?? null,
  };
}

function lettersOfTracks(syncs: readonly Sync[]): readonly (readonly [string, number])[] {
  const lengths = new Map<string, number>();
  for (const { track, text } of syncs)
    lengths.set(track, (lengths.get(track) ?? 0) + plain(text).length);
  return [...lengths];
}

/** A line ends where the next begins, or is cleared by one that is empty. */
function cuesOf(syncs: readonly Sync[]): OpenCue[] {
  return syncs.flatMap(({ startMs, text }, i): OpenCue[] => {
    const lines = text
      .split("\n")
      .map((line): RawLine => ({ text: plain(line) }))
      .filter((line) => line.text !== "");
    return lines.length === 0 ? [] : [{ startMs, endMs: syncs[i + 1]?.startMs ?? null, lines }];
  });
}
