import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../../test/helpers/run.ts";
import { decodeAudio } from "./decode.ts";
import { probeMedia, recordedAt } from "./probe.ts";
import { candidateByName, looksLikeMedia, sniffFile } from "./sniff.ts";
import { readSubtitleEvents } from "./subtitles.ts";
import { rankSubtitles } from "./tracks.ts";

const truth = JSON.parse(readFileSync(join(FIXTURES, "truth.json"), "utf8")) as Record<
  string,
  { durationMs: number; origin: string }
>;
const media = Object.keys(truth).filter((name) => candidateByName(name) === "media");
const signal = new AbortController().signal;

async function decode(
  path: string,
): Promise<{ samples: number; peak: number; chunks: number[]; damaged: number }> {
  const { audio } = await probeMedia(path);
  const result = { samples: 0, peak: 0, chunks: [] as number[], damaged: 0 };
  for await (const chunk of decodeAudio(path, {
    streamIndex: audio?.streamIndex ?? 0,
    signal,
    onDamage: (packets) => {
      result.damaged = packets;
    },
  })) {
    result.samples += chunk.length;
    result.chunks.push(chunk.length);
    for (const value of chunk) result.peak = Math.max(result.peak, Math.abs(value));
  }
  return result;
}

describe("every fixture", () => {
  for (const name of media)
    it(`${name} is seen as media, probed and decoded to its length`, async () => {
      const path = join(FIXTURES, name);
      expect(await sniffFile(path)).toBe("media");
      const { durationMs, audio } = await probeMedia(path);
      expect(audio?.channels).toBeGreaterThan(0);
      expect(Math.abs((durationMs ?? 0) - (truth[name]?.durationMs ?? 0))).toBeLessThan(150);
      const { samples, peak, chunks } = await decode(path);
      // Where there is a picture it may last a little longer than the sound.
      expect(samples / 16 - (truth[name]?.durationMs ?? 0)).toBeLessThan(200);
      expect((truth[name]?.durationMs ?? 0) - samples / 16).toBeLessThan(800);
      expect(peak).toBeLessThanOrEqual(1.5);
      expect(peak > 0.01).toBe(name !== "silence.wav");
      expect(chunks.slice(0, -1).every((length) => length === 16_000)).toBe(true);
    });
});

describe("damage", () => {
  it("in the middle is left out, and what follows is read", async () => {
    const path = join(tempFolder(), "holed.mp3");
    const bytes = readFileSync(join(FIXTURES, "bridge.mp3"));
    bytes.fill(0, 20_000, 24_000);
    writeFileSync(path, bytes);
    const { samples } = await decode(path);
    expect(Math.abs(samples / 16_000 - 11.7)).toBeLessThan(1);
  });

  it("of everything is told in one line", async () => {
    const path = join(tempFolder(), "x.mp3");
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from("no media at all, only text that goes on a little"),
      Buffer.alloc(5000, 0xff),
    ]) {
      writeFileSync(path, bytes);
      const failure = (await decode(path).catch((error: unknown) => error)) as Error & {
        code: string;
      };
      expect(failure.code).toBe("UNREADABLE_MEDIA");
      expect(failure.message).toMatch(/^\/.*x\.mp3: [^\n]+$/);
    }
  });

  it("or an abort ends the reading soon", async () => {
    const stop = new AbortController();
    await expect(
      (async () => {
        for await (const chunk of decodeAudio(join(FIXTURES, "bridge.mp3"), {
          streamIndex: 0,
          signal: stop.signal,
        }))
          stop.abort(new Error(`enough ${chunk.length}`));
      })(),
    ).rejects.toThrow("enough");
  });
});

describe("subtitle tracks", () => {
  it("are read from Matroska and MP4 with their times", async () => {
    for (const [name, format, first] of [
      ["election.mkv", "srt", /./],
      ["boiler.mp4", "srt", /boiler/],
    ] as const) {
      const info = await probeMedia(join(FIXTURES, name));
      const [track] = rankSubtitles(info.subtitles);
      expect(track?.isText).toBe(true);
      const { events, format: found } = await readSubtitleEvents(
        join(FIXTURES, name),
        track?.streamIndex ?? -1,
        { signal: new AbortController().signal, onProgress: () => {} },
      );
      expect(found).toBe(format);
      expect(events[0]?.text).toMatch(first);
      for (const { startMs, endMs } of events) expect(endMs).toBeGreaterThan(startMs);
    }
  });

  it("are picked by language, whole ones before forced ones, pictures never", () => {
    const track = (
      streamIndex: number,
      language: string | null,
      more: { isText?: boolean; purpose?: "forced" } = {},
    ) => ({
      streamIndex,
      number: streamIndex,
      codec: "subrip",
      language,
      title: null,
      purpose: "main" as const,
      isDefault: false,
      isText: true,
      isForDeaf: false,
      ...more,
    });
    const tracks = [
      track(1, "en", { purpose: "forced" }),
      track(2, "de"),
      track(3, "en"),
      track(4, "en", { isText: false }),
    ];
    expect(rankSubtitles(tracks, { language: "en-US" })[0]?.streamIndex).toBe(3);
    expect(rankSubtitles(tracks)[0]?.streamIndex).toBe(2);
    expect(rankSubtitles(tracks, { language: "fr" })).toEqual([]);
    expect(rankSubtitles([track(4, "en", { isText: false })])).toEqual([]);
  });
});

describe("what looks like media", () => {
  it("is not text, pictures, archives or documents", () => {
    for (const head of [
      "#!/bin/sh\necho hello world and more",
      "%PDF-1.7 and a lot more of it",
      "PK\u0003\u0004 zip file with things",
      "\u0089PNG\r\n\u001a\n and pixels and",
      "<html><body>hello</body></html>",
      "\u00ff\u00d8\u00ff\u00e0 JFIF picture with pixels",
    ])
      expect(looksLikeMedia(Buffer.from(head, "latin1")), head).toBe(false);
  });
  it("by name are the usual endings, and others are opened or left", () => {
    expect(["a.mp3", "a.MKV", "a.opus", "a.mxf"].map(candidateByName)).toEqual([
      "media",
      "media",
      "media",
      "media",
    ]);
    expect(["a.jpg", "a.txt", "a.zip"].map(candidateByName)).toEqual(["skip", "skip", "skip"]);
    expect(["recording", "a.bin"].map(candidateByName)).toEqual(["sniff", "sniff"]);
  });
});

describe("the time of a recording", () => {
  it("is what the container says; cameras that do not know the time say nothing", async () => {
    const folder = tempFolder();
    const bytes = readFileSync(join(FIXTURES, "garden.m4a"));
    const at = bytes.indexOf("mvhd") + 8;
    const recorded = async (date: string) => {
      // Seconds since 1904 (ISO 14496-12, 8.2.2).
      bytes.writeUInt32BE(Date.parse(date) / 1000 + 2_082_844_800, at);
      writeFileSync(join(folder, "x.m4a"), bytes);
      return (await probeMedia(join(folder, "x.m4a"))).recordedAtMs;
    };
    expect(await recorded("2019-05-04T03:02:01Z")).toBe(Date.parse("2019-05-04T03:02:01Z"));
    expect(await recorded("1904-01-01T00:00:00Z")).toBeNull();
    expect(await recorded("1970-01-01T00:00:10Z")).toBeNull();
  });
  it("is read of tags in the order of trust, whole days at least", () => {
    const of = (tags: Readonly<Record<string, string>>) => recordedAt((name) => tags[name]);
    expect(
      of({
        creation_time: "2020-01-01T00:00:00.000000Z",
        "com.apple.quicktime.creationdate": "2019-12-31T18:00:00-0600",
      }),
    ).toBe(Date.parse("2020-01-01T00:00:00Z"));
    expect(of({ date: "2021-03-04" })).toBe(Date.UTC(2021, 2, 4));
    expect(of({ date: "2021-03-04 05:06:07" })).toBe(Date.UTC(2021, 2, 4, 5, 6, 7));
    for (const tags of [{ date: "2021" }, { date: "unknown" }, { creation_time: "2021-99-99" }, {}])
      expect(of(tags)).toBeNull();
  });
});
