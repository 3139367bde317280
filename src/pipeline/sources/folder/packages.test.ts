import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../../../../test/helpers/run.ts";
import { decodeAudio } from "../../../media/decode.ts";
import { joinFiles } from "../../../media/joined.ts";
import { probeMedia } from "../../../media/probe.ts";
import type { FileCandidate, ScanItem } from "../../scan/candidate.ts";
import { createScanFilters } from "../../scan/scan-filters.ts";
import { identifyFile } from "../../worker/process-file.ts";
import { listFolder } from "./list.ts";

const { signal } = new AbortController();
const TRAIN = readFileSync(join(FIXTURES, "train.ts"));
const PACKET = 188;
/** The film in parts of whole packets, as a packager cuts it. */
const PARTS = [0, 1, 2].map((i) => {
  const size = Math.ceil(TRAIN.length / PACKET / 3) * PACKET;
  return TRAIN.subarray(i * size, (i + 1) * size);
});

let root: string;
beforeEach(() => {
  root = join(tempFolder(), "media");
});

function write(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
}

async function list(
  path = root,
  more: { readonly within?: readonly string[] } = {},
): Promise<readonly ScanItem[]> {
  const options = { include: [], exclude: [], language: undefined, signal, ...more };
  return Array.fromAsync(listFolder(path, createScanFilters(options)));
}
const filesOf = (items: readonly ScanItem[]): readonly FileCandidate[] =>
  items.flatMap((item) => (item.type === "file" ? [item.file] : []));
const short = (path: string): string => path.slice(root.length + 1);
const partsOf = (items: readonly ScanItem[]): Record<string, readonly string[]> =>
  Object.fromEntries(filesOf(items).map(({ path, parts = [] }) => [short(path), parts.map(short)]));

const HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
const playlist = (...lines: readonly string[]): string =>
  ["#EXTM3U", "#EXT-X-TARGETDURATION:4", ...lines, "#EXT-X-ENDLIST", ""].join("\n");
const segments = (...names: readonly string[]): string =>
  playlist(...names.flatMap((name) => ["#EXTINF:4.0,", name]));

function writeHls(folder: string): void {
  PARTS.forEach((part, i) => write(`${folder}/part ${i}.ts`, part));
  write(`${folder}/index.m3u8`, segments("part%200.ts?v=1", "part%201.ts", "part%202.ts"));
}

describe("a manifest that means harm", () => {
  /** The error of the one package, and how long it took. Milliseconds of processor time. */
  async function timeToRead(name: string, content: string): Promise<[string, number]> {
    write(name, content);
    const before = process.cpuUsage();
    const items = await list();
    const { user, system } = process.cpuUsage(before);
    const messages = items.map((item) => (item.type === "unreadable" ? item.error.message : ""));
    return [messages.join(), (user + system) / 1000];
  }
  const mpd = (inner: string): string => `<MPD><Period>${inner}</Period></MPD>`;

  it.each<readonly [string, string, string]>([
    [
      "variants without names",
      "a.m3u8",
      `${HEAD}${"#EXT-X-STREAM-INF:BANDWIDTH=1\n".repeat(300_000)}`,
    ],
    [
      "more segments than a day has",
      "b.m3u8",
      `${HEAD}${Array.from({ length: 150_000 }, (_, n) => `${n}.ts\n`).join("")}`,
    ],
    ["a manifest of megabytes", "e.m3u8", `${HEAD}${"a.ts\n".repeat(1_100_000)}`],
    [
      "renditions without end",
      "c.mpd",
      mpd(
        '<AdaptationSet><SegmentTemplate media="a-$Number$.m4s"/><Representation id="1"/></AdaptationSet>'.repeat(
          20_000,
        ),
      ),
    ],
    [
      "a list of the same name and others",
      "d.mpd",
      mpd(
        `<AdaptationSet><Representation id="1"><SegmentList>${Array.from({ length: 30_000 }, (_, n) => `<SegmentURL media="${n}.m4s"/>`).join("")}</SegmentList></Representation></AdaptationSet>`,
      ),
    ],
  ])("takes no longer than its length asks for: %s", async (_, name, content) => {
    const [message, ms] = await timeToRead(name, content);
    expect(message).toMatch(/parts are not there|too many|too large/);
    expect(ms).toBeLessThan(10_000);
  });

  it.skipIf(process.platform === "win32")("is not waited for when it is a pipe", async () => {
    mkdirSync(root, { recursive: true });
    execFileSync("mkfifo", [join(root, "a.m3u8")]);
    write("b.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n");
    expect(filesOf(await list()).map(({ path }) => short(path))).toEqual(["b.vtt"]);
  });
});

describe("an HLS package", () => {
  it("is one recording under the name of its playlist, that sounds as the whole", async () => {
    writeHls("talk");
    write("other.ts", TRAIN);
    const items = await list();
    expect(partsOf(items)).toEqual({
      "talk/index.m3u8": ["talk/part 0.ts", "talk/part 1.ts", "talk/part 2.ts"],
      "other.ts": [],
    });
    const file = filesOf(items).find(({ parts }) => parts);
    expect(file?.sizeBytes).toBe(TRAIN.length);
    const joined = await joinFiles(file?.parts ?? [], file?.path ?? "");
    const { audio } = await probeMedia(joined);
    let samples = 0;
    for await (const chunk of decodeAudio(joined, { streamIndex: audio?.streamIndex ?? 0, signal }))
      samples += chunk.length;
    let expected = 0;
    const whole = join(root, "other.ts");
    for await (const chunk of decodeAudio(whole, { streamIndex: audio?.streamIndex ?? 0, signal }))
      expected += chunk.length;
    expect(samples).toBe(expected);
    expect(samples).toBeGreaterThan(16_000);
  });

  it("is known by what its parts hold: playlists of two packages may be the same", async () => {
    writeHls("one");
    writeHls("two");
    const task = async (): Promise<string> => {
      const file = filesOf(await list()).find(({ path }) => path.includes("/two/"));
      const about = { captions: "prefer", language: undefined, engines: ["local"] } as const;
      const { content } = await identifyFile(
        { path: file?.path ?? "", kind: "media", parts: file?.parts, sidecar: null, ...about },
        signal,
      );
      return content;
    };
    const before = await task();
    expect(await task()).toBe(before);
    write("two/part 1.ts", Buffer.alloc(PARTS[1]?.length ?? 0));
    expect(await task()).not.toBe(before);
  });

  it("of several renditions is heard by its sound, and none of them is listed by itself", async () => {
    write("sound/a0.aac", "sound");
    write("low/v0.ts", "low");
    write("high/v0.ts", "high");
    write("sound/a.m3u8", segments("a0.aac"));
    write("low/v.m3u8", segments("v0.ts"));
    write("high/v.m3u8", segments("v0.ts"));
    write(
      "main.m3u8",
      [
        "#EXTM3U",
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="sound",DEFAULT=YES,URI="sound/a.m3u8"',
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,AUDIO="a"',
        "high/v.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=90000,AUDIO="a"',
        "low/v.m3u8",
      ].join("\n"),
    );
    expect(partsOf(await list())).toEqual({ "main.m3u8": ["sound/a0.aac"] });
    write(
      "main.m3u8",
      "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nhigh/v.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/v.m3u8\n",
    );
    expect(partsOf(await list())).toMatchObject({ "main.m3u8": ["low/v0.ts"] });
    expect(partsOf(await list(join(root, "low/v0.ts"), { within: [root] }))).toEqual({
      "main.m3u8": ["low/v0.ts"],
    });
  });

  it("leads to no file outside of its folder, by name or by link, and to none of the web", async () => {
    write("secret.ts", TRAIN);
    write("out/up.m3u8", segments("../secret.ts"));
    write("abs/abs.m3u8", segments("/etc/hostname"));
    write("web/web.m3u8", segments("https://example.org/a.ts"));
    write("songs/songs.m3u8", "#EXTM3U\n#EXTINF:3,a song\n../secret.ts\n");
    write("link/link.m3u8", segments("a.ts"));
    symlinkSync(join(root, "secret.ts"), join(root, "link/a.ts"));
    write("gone/gone.m3u8", segments("none.ts"));
    write("locked/x.ts", TRAIN);
    write("locked/locked.m3u8", playlist('#EXT-X-KEY:METHOD=AES-128,URI="k"', "x.ts"));
    const items = await list();
    expect(partsOf(items)).toEqual({ "secret.ts": [] });
    const refused = items.flatMap((item) =>
      item.type === "unreadable" ? [item.error.message.slice(root.length + 1)] : [],
    );
    expect(refused.toSorted()).toEqual([
      "abs/abs.m3u8: leads out of its folder, and is not followed",
      "gone/gone.m3u8: its parts are not there",
      "link/link.m3u8: leads out of its folder, and is not followed",
      "locked/locked.m3u8: its parts are encrypted",
      "out/up.m3u8: leads out of its folder, and is not followed",
    ]);
  });
});

const mpd = (sets: string): string => `<?xml version="1.0"?><MPD><Period>${sets}</Period></MPD>`;

describe("a DASH package", () => {
  it("is one recording by templates, in the order of its numbers", async () => {
    for (const name of ["init-0", "init-1", "c-0-1", "c-1-1", "c-1-2", "c-1-10"])
      write(`${name}.m4s`, name);
    const template =
      '<SegmentTemplate initialization="init-$RepresentationID$.m4s" media="c-$RepresentationID$-$Number$.m4s"/>';
    write(
      "talk.mpd",
      mpd(
        `<AdaptationSet contentType="video">${template}<Representation id="0" bandwidth="9"/></AdaptationSet>` +
          `<AdaptationSet mimeType="audio/mp4">${template}<Representation id="1" bandwidth="90"/></AdaptationSet>`,
      ),
    );
    expect(partsOf(await list())).toEqual({
      "talk.mpd": ["init-1.m4s", "c-1-1.m4s", "c-1-2.m4s", "c-1-10.m4s"],
    });
  });

  it("is one recording by a list, by times in folders, and by whole files", async () => {
    for (const name of [
      "l/i.mp4",
      "l/a.m4s",
      "t/s/i.mp4",
      "t/s/0.m4s",
      "t/s/900.m4s",
      "w/a.mp4",
      "w/v.mp4",
    ])
      write(name, name);
    write(
      "l/l.mpd",
      mpd(
        '<AdaptationSet contentType="audio"><Representation id="x"><SegmentList><Initialization sourceURL="i.mp4"/><SegmentURL media="a.m4s"/></SegmentList></Representation></AdaptationSet>',
      ),
    );
    write(
      "t/t.mpd",
      mpd(
        '<AdaptationSet contentType="audio"><Representation id="x"><BaseURL>s/</BaseURL><SegmentTemplate initialization="i.mp4" media="$Time$.m4s"/></Representation></AdaptationSet>',
      ),
    );
    write(
      "w/w.mpd",
      mpd(
        '<AdaptationSet contentType="video"><Representation id="v"><BaseURL>v.mp4</BaseURL></Representation></AdaptationSet>' +
          '<AdaptationSet contentType="audio"><Representation id="a"><BaseURL>a.mp4</BaseURL></Representation></AdaptationSet>',
      ),
    );
    expect(partsOf(await list())).toEqual({
      "l/l.mpd": ["l/i.mp4", "l/a.m4s"],
      "t/t.mpd": ["t/s/i.mp4", "t/s/0.m4s", "t/s/900.m4s"],
      "w/w.mpd": ["w/a.mp4"],
    });
  });
});
