import { describe, expect, it } from "vitest";
import type { AssetStatus } from "../backends/catalog.ts";
import type { EmbeddedSegment } from "../types.ts";
import { formatTranscript, parseTranscript, type TranscriptFormat } from "./transcript-file.ts";

const asset: AssetStatus = {
  id: "/media/talk.mp3",
  sizeBytes: 5,
  mtimeMs: 6.5,
  state: "indexed",
  fingerprint: "1|abc",
  sidecarKey: "c",
  origin: "asr",
  engine: "e@1",
  language: "en",
  durationMs: 9000,
  segmentCount: 4,
  speakers: ["Ada"],
  error: null,
  indexedAtMs: 77,
  recordedAtMs: 55,
};
const texts: readonly (readonly [string | null, string])[] = [
  ["Ada", "plain words"],
  [null, "Ada: is not the speaker here, and *stars* or `code` are text"],
  ["Ben_[x] **Lee**", "<b>5 < 6 & 7 > 2</b> \\ backslash | pipe ~"],
  [null, "日本語と絵文字 🌉, naïve"],
  ["O'Brien: the second", "- starts like a list # heading"],
];
const segments = texts.map(([speaker, text], index): EmbeddedSegment => ({
  index,
  startMs: index * 3_700_123,
  endMs: index * 3_700_123 + 2999,
  speaker,
  text,
  confidence: index === 1 ? null : 1 / (index + 3),
  vector: Float32Array.of(0.1, index, -1),
}));
const roundTrip = (format: TranscriptFormat, embedder?: { embedder: string; dimensions: number }) =>
  parseTranscript(
    format,
    Buffer.from(formatTranscript(format, asset, segments, { file: "talk.mp3", embedder })),
  );

describe("a transcript file", () => {
  for (const format of ["txt", "md", "json", "vtt"] as const)
    it(`gives back every time, speaker and text as ${format}`, () => {
      const lines = roundTrip(format).segments.map(({ startMs, endMs, speaker, text }) => ({
        startMs,
        endMs,
        speaker,
        text,
      }));
      expect(lines).toEqual(
        segments.map(({ startMs, endMs, speaker, text }) => ({ startMs, endMs, speaker, text })),
      );
    });

  it("gives back every time and text as srt, and speakers whose names have no square brackets", () => {
    const lines = roundTrip("srt").segments;
    expect(lines.map(({ text }) => text)).toEqual(segments.map(({ text }) => text));
    expect(lines.map(({ speaker }) => speaker)).toEqual([
      "Ada",
      null,
      "Ben_(x) **Lee**",
      null,
      "O'Brien: the second",
    ]);
  });

  it("gives back all that the library knows as json, with vectors when asked", () => {
    const {
      facts,
      segments: read,
      embedder,
    } = roundTrip("json", { embedder: "m@1", dimensions: 3 });
    expect(read).toEqual(segments);
    expect(embedder).toEqual({ embedder: "m@1", dimensions: 3 });
    expect(facts).toMatchObject({
      asset: "/media/talk.mp3",
      fingerprint: "1|abc",
      sidecarKey: "c",
      sizeBytes: 5,
      mtimeMs: 6.5,
      origin: "asr",
      engine: "e@1",
      language: "en",
      durationMs: 9000,
      indexedAtMs: 77,
      recordedAtMs: 55,
    });
    expect(roundTrip("json").segments.every(({ vector }) => vector === null)).toBe(true);
  });

  it("is refused when it is something else", () => {
    for (const [format, text] of [
      ["json", "{"],
      ["json", "{}"],
      [
        "json",
        '{"version":1,"asset":"/a","fingerprint":"f","segments":[{"startMs":2,"endMs":1,"text":"x"}]}',
      ],
      ["txt", "hello"],
      ["md", "- an item"],
      ["srt", "hello"],
    ] as const)
      expect(() => parseTranscript(format, Buffer.from(text)), text).toThrow(
        expect.objectContaining({ code: "UNREADABLE_MEDIA" }),
      );
  });
});
