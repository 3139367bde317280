import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import {
  teletextBroadcast,
  type TeletextState,
  teletextUnits,
} from "../../../test/helpers/teletext.ts";
import { probeMedia } from "../probe.ts";
import { readSubtitleEvents } from "../subtitles.ts";
import { rankSubtitles } from "../tracks.ts";
import { cuesFromEvents } from "./parse.ts";
import { decodeTeletext, subtitlePage } from "./teletext.ts";

/** White letters of double height in a box. */
const boxed = (text: string): string => `\u0007\r\u000b\u000b${text}\n\n`;

const PAGE = { magazine: 1, page: 0x50 };
const decode = (states: readonly TeletextState[], page: typeof PAGE | null = PAGE) =>
  decodeTeletext(
    states.map((state) => ({ atMs: state.atMs, data: teletextUnits(state) })),
    page,
  ).map(({ startMs, endMs, lines }) => [startMs, endMs, lines.map(({ text }) => text).join(" / ")]);

describe("a teletext page of subtitles", () => {
  it("is a cue for each of its states, as long as it is shown", () => {
    expect(
      decode([
        { atMs: 1000, rows: [boxed("Good evening."), boxed("Here is the news.")] },
        { atMs: 2000, rows: [boxed("Good evening."), boxed("Here is the news.")] },
        { atMs: 4000, rows: [boxed("It rains.")] },
        { atMs: 6000, rows: [] },
        { atMs: 7000, rows: [boxed("Good night.")] },
        { atMs: 9000, rows: [] },
      ]),
    ).toEqual([
      [1000, 4000, "Good evening. / Here is the news."],
      [4000, 6000, "It rains."],
      [7000, 9000, "Good night."],
    ]);
  });

  it("has letters of its nation, and no blocks, clocks and colours", () => {
    const rows = [
      `12:00:00${boxed("\u0003Gr}~e ~ber alles")}`,
      boxed("\u0017\u007f\u007f\u0007Ja"),
    ];
    expect(
      decode([
        { atMs: 0, rows, nation: 4 },
        { atMs: 5000, rows: [] },
      ]),
    ).toEqual([[0, 5000, "Grüße ßber alles / Ja"]]);
  });

  it("is found by its mark where nobody names it, and others are passed over", () => {
    const states = [
      { atMs: 0, rows: [boxed("Yes.")] },
      { atMs: 500, rows: [boxed("Weather")], page: 0x51 },
      { atMs: 2000, rows: [] },
    ];
    expect(decode(states, null)).toEqual([[0, 2000, "Yes."]]);
  });

  it("outlives wrong bits", () => {
    const data = teletextUnits({ atMs: 0, rows: [boxed("Good evening.")] });
    // One bit of the address, and one of a letter.
    data[5] = (data[5] ?? 0) ^ 0x10;
    data[1 + 46 + 6 + 4] = (data[1 + 46 + 6 + 4] ?? 0) ^ 0x80;
    const cues = decodeTeletext(
      [
        { atMs: 0, data },
        { atMs: 9, data: Buffer.alloc(3) },
      ],
      PAGE,
    );
    expect(cues[0]?.lines[0]?.text).toBe("ood evening.");
  });

  it("is named by the track", () => {
    const about = (hex: string) => subtitlePage(Buffer.from(hex, "hex"));
    expect(about("09001150")).toEqual({ page: PAGE, place: 1 });
    expect(about("2888")).toEqual({ page: { magazine: 8, page: 0x88 }, place: 0 });
    expect([about("0900"), subtitlePage(null)]).toEqual([null, null]);
  });
});

describe("teletext inside a broadcast", () => {
  it("is a text track", async () => {
    const path = join(tempFolder(), "news.ts");
    const states = Array.from({ length: 10 }, (_, i) => ({
      atMs: 10_000 + i * 2000,
      rows: i % 2 === 0 ? [boxed(`Line number ${i}.`)] : [],
    }));
    writeFileSync(path, teletextBroadcast(states));
    const info = await probeMedia(path);
    const [track] = rankSubtitles(info.subtitles);
    expect(track).toMatchObject({ codec: "dvb_teletext", isText: true, language: "de" });
    const { events, format } = await readSubtitleEvents(path, track?.streamIndex ?? -1, {
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    const cues = cuesFromEvents(events, format);
    expect(cues.map(({ text }) => text)).toEqual(
      [0, 2, 4, 6, 8].map((number) => `Line number ${number}.`),
    );
    writeFileSync(path, teletextBroadcast(states, "gre"));
    // Letters that would be read wrongly.
    expect((await probeMedia(path)).subtitles[0]).toMatchObject({ language: "el", isText: false });
    const [first, second] = cues;
    expect((second?.startMs ?? 0) - (first?.startMs ?? 0)).toBe(4000);
  });
});
