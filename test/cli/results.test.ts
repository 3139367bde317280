import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCaptions } from "../../src/media/captions/parse.ts";
import { BIN, environment, FIXTURES, type FoundHit, mediasearch } from "../helpers/run.ts";
import { schemaErrors } from "../helpers/schema.ts";

/** A library of recordings with captions, some long enough to page through. */
const home = mkdtempSync(join(tmpdir(), "mediasearch-results-"));
const films = join(home, "films");
const time = (s: number): string =>
  `00:${String(Math.floor(s / 60)).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}.000`;

beforeAll(async () => {
  mkdirSync(films);
  for (const name of [
    "lecture.mp3",
    "lecture.vtt",
    "news.mp3",
    "news.en.srt",
    "boiler.mp4",
    "minutes.vtt",
  ])
    copyFileSync(join(FIXTURES, name), join(films, name));
  const cues = Array.from(
    { length: 60 },
    (_, i) =>
      `${time(i * 10)} --> ${time(i * 10 + 9)}\n<v ${i % 2 ? "Ben" : "Ann"}>The harbor committee spoke about item number ${i}.</v>\n`,
  );
  writeFileSync(join(films, "harbor.vtt"), `WEBVTT\n\n${cues.join("\n")}`);
  await mediasearch(["index", films], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = (...argv: string[]) => mediasearch(argv, { home, cwd: films });
const search = async (...argv: string[]): Promise<Answer> =>
  JSON.parse((await run("search", ...argv, "--json")).stdout) as Answer;
interface Answer {
  readonly total: number;
  readonly hits: readonly (FoundHit & {
    readonly number: number;
    readonly before?: readonly { text: string }[];
    readonly after?: readonly { text: string }[];
    readonly explain?: object;
  })[];
}
const keyword = ["--mode", "keyword"] as const;

describe("JSON output", () => {
  it("is as the published schemas say, whatever is asked for", async () => {
    for (const mode of ["keyword", "semantic", "hybrid"])
      for (const more of [
        [],
        ["-C", "2"],
        ["--explain"],
        ["--group", "-C", "1", "--explain"],
        ["--offset", "3", "--limit", "2"],
      ]) {
        const { stdout } = await run("search", "the river bend", "--mode", mode, "--json", ...more);
        expect(schemaErrors("search", JSON.parse(stdout)), [mode, ...more].join(" ")).toBe("");
        const lines = (
          await run("search", "the river bend", "--mode", mode, "--format", "ndjson", ...more)
        ).stdout
          .trim()
          .split("\n");
        for (const line of lines.filter(Boolean))
          expect(schemaErrors("search#/$defs/hit", JSON.parse(line))).toBe("");
      }
    expect(
      schemaErrors(
        "search",
        JSON.parse((await run("search", "xylophone", ...keyword, "--json")).stdout),
      ),
    ).toBe("");
    expect(
      schemaErrors(
        "transcript",
        JSON.parse((await run("transcript", "lecture.mp3", "--json")).stdout),
      ),
    ).toBe("");
    expect(schemaErrors("list", JSON.parse((await run("list", "--json")).stdout))).toBe("");
    for (const line of (await run("list", "--format", "ndjson")).stdout.trim().split("\n"))
      expect(schemaErrors("list#/$defs/file", JSON.parse(line))).toBe("");
    const { stderr } = await run("search", "x", "--limit", "0", "--json");
    expect(schemaErrors("error", JSON.parse(stderr.trim().split("\n").at(-1) ?? ""))).toBe("");
  });

  it("that differs from a schema would be noticed", async () => {
    const page = JSON.parse((await run("search", "river", ...keyword, "--json")).stdout) as Record<
      string,
      unknown
    > & { hits: Record<string, unknown>[] };
    expect(schemaErrors("search", { ...page, version: 2 })).not.toBe("");
    expect(schemaErrors("search", { ...page, more: 1 })).not.toBe("");
    expect(schemaErrors("search", { ...page, hits: [{ ...page.hits[0], startMs: 0.5 }] })).not.toBe(
      "",
    );
  });
});

describe("search", () => {
  it("turns pages that join to the whole, with totals that stay the same", async () => {
    const whole = await search("harbor committee", ...keyword, "--limit", "100");
    expect(whole.total).toBe(60);
    expect(whole.hits.map(({ number }) => number)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    const pages = [];
    for (let offset = 0; offset < 60; offset += 25)
      pages.push(
        await search("harbor committee", ...keyword, "--limit", "25", "--offset", String(offset)),
      );
    expect(pages.map(({ total, hits }) => [total, hits.length])).toEqual([
      [60, 25],
      [60, 25],
      [60, 10],
    ]);
    expect(pages.flatMap(({ hits }) => hits)).toEqual(whole.hits);
    const text = await run(
      "search",
      "harbor committee",
      ...keyword,
      "--limit",
      "25",
      "--offset",
      "25",
    );
    expect(text.stderr).toBe("hits 26 to 50 of 60; --offset 50 shows the next\n");
    expect(text.stdout).toMatch(/^26 /);
    expect((await run("search", "harbor committee", ...keyword, "--offset", "60")).stderr).toBe(
      "nothing past hit 60\n",
    );
  });

  it("shows lines around a hit, as far as the file goes", async () => {
    const [hit] = (
      await search("number 0", ...keyword, "--limit", "1", "--file", "harbor.vtt", "-C", "2")
    ).hits;
    expect(hit?.text).toContain("number 0.");
    expect(hit?.before).toEqual([]);
    expect(hit?.after?.map(({ text }) => text)).toEqual([
      "The harbor committee spoke about item number 1.",
      "The harbor committee spoke about item number 2.",
    ]);
    const { stdout } = await run("search", "coast", ...keyword, "-C", "1");
    expect(stdout).toMatch(
      /0:00:00 Ada Moreau: Today we look[\s\S]*Why does the river bend[\s\S]*0:00:07 Ada Moreau: Because the ground/,
    );
  });

  it("groups by file, each with its best hits in order of time, and numbers that still mean the ranking", async () => {
    const { hits, groups } = (await search(
      "the river spoke",
      "--group",
      "--limit",
      "40",
    )) as Answer & { groups: { file: string; hits: number[] }[] };
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.some((group) => group.hits.length > 1)).toBe(true);
    expect(groups[0]?.file).toBe(hits[0]?.file);
    expect(groups.flatMap((group) => group.hits).toSorted((a, b) => a - b)).toEqual(
      hits.map(({ number }) => number),
    );
    for (const group of groups) {
      const starts = group.hits.map((number) => hits[number - 1]?.startMs ?? -1);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      for (const number of group.hits) expect(hits[number - 1]?.file).toBe(group.file);
    }
    const { stdout } = await run("search", "river", ...keyword, "--group");
    expect(stdout.split("\n")[0]).toBe("lecture.mp3  2 hits");
  });

  it("explains a score on demand, in text too", async () => {
    const { hits } = await search("river", "--explain", "--limit", "3");
    for (const { explain } of hits)
      expect(Object.keys(explain ?? {})).toEqual(expect.arrayContaining(["bm25", "cosine"]));
    expect((await run("search", "river", "--explain")).stdout).toMatch(
      /bm25 [\d.]+ {2}cosine [\d.]+/,
    );
    expect((await search("river")).hits[0]).not.toHaveProperty("explain");
  });

  it("links to the moment on a terminal that opens links", async () => {
    const call = { home, cwd: films, tty: true };
    const linked = await mediasearch(["search", "river", ...keyword], {
      ...call,
      env: { VTE_VERSION: "7200" },
    });
    expect(linked.stdout).toMatch(
      new RegExp(`\u001b\\]8;;file://[^/]*${films}/lecture\\.mp3#t=\\d+\u001b\\\\`),
    );
    const not = await mediasearch(["search", "river", ...keyword], {
      ...call,
      env: { VTE_VERSION: "7200", MEDIASEARCH_LINKS: "never" },
    });
    expect(not.stdout).not.toContain("\u001b]8");
    const own = await mediasearch(["search", "river", ...keyword, "--limit", "1"], {
      ...call,
      env: { MEDIASEARCH_LINKS: "always", MEDIASEARCH_LINK_FORMAT: "play:{path}?{ms}" },
    });
    expect(own.stdout).toContain(`play:${films}/lecture.mp3?`);
    expect(
      (
        await mediasearch(["search", "river"], {
          ...call,
          env: { MEDIASEARCH_LINK_FORMAT: "nothing" },
        })
      ).exitCode,
    ).toBe(2);
  });

  it("writes captions of the hits that read back with their times", async () => {
    for (const format of ["srt", "vtt"] as const) {
      const { hits } = await search("river", ...keyword);
      const { stdout } = await run("search", "river", ...keyword, "--format", format);
      const cues = parseCaptions(Buffer.from(stdout), format === "vtt" ? "webvtt" : format).cues;
      expect(
        cues.map(({ startMs, endMs, speaker, text }) => ({ startMs, endMs, speaker, text })),
      ).toEqual(
        hits
          .toSorted((a, b) => a.startMs - b.startMs)
          .map(({ startMs, endMs, speaker, text }) => ({ startMs, endMs, speaker, text })),
      );
    }
    expect(
      (await run("search", "river", "repaired", ...keyword, "--format", "srt")).stdout,
    ).toMatch(/\[boiler\.mp4\]/);
  });

  it("writes edits in the wished frame rate, and says which files have no media", async () => {
    const edl = await run("search", "repaired", ...keyword, "--format", "edl", "--fps", "29.97");
    expect(edl.stdout).toMatch(
      /FCM: DROP FRAME\n\n001 {2}AX {7}B {5}C {8}00:00:\d\d;\d\d 00:00:\d\d;\d\d 01:00:00;00 01:00:\d\d;\d\d\n/,
    );
    const fcpxml = await run("search", "membership", ...keyword, "--format", "fcpxml");
    expect(fcpxml.stdout).toContain("<asset-clip ");
    expect(fcpxml.stderr).toMatch(/warning: minutes\.vtt: no media that can be read/);
    const otio = JSON.parse(
      (await run("search", "repaired", ...keyword, "--format", "otio", "--fps", "24")).stdout,
    ) as { OTIO_SCHEMA: string; global_start_time: { rate: number } };
    expect([otio.OTIO_SCHEMA, otio.global_start_time.rate]).toEqual(["Timeline.1", 24]);
    expect((await run("search", "repaired", ...keyword, "--format", "m3u")).stdout).toContain(
      `\n${films}/boiler.mp4\n`,
    );
    expect((await run("search", "x", "--fps", "12")).exitCode).toBe(2);
  });

  it("writes TSV and Markdown", async () => {
    const [head, first] = (
      await run("search", "river", ...keyword, "--format", "tsv")
    ).stdout.split("\n");
    expect(head).toBe("number\tfile\tstartMs\tendMs\tspeaker\ttext\tscore\torigin");
    expect(first?.split("\t")[1]).toBe("lecture.mp3");
    expect(
      (await run("search", "river", ...keyword, "--format", "csv", "--explain")).stdout,
    ).toMatch(/^number,file,.*,bm25,/);
    expect((await run("search", "river", ...keyword, "--format", "md")).stdout).toMatch(
      /^# river\n\n2 hits\n\n1\. \[lecture\.mp3 0:00:0\d\]\(lecture\.mp3#t=\d\) {2}\n.*\*\*river/,
    );
  });

  it("says of what there is how many these are; what is ranked by meaning is no count", async () => {
    const told = async (...more: string[]) =>
      (await run("search", "harbor committee", "--limit", "5", ...more)).stderr;
    expect(await told(...keyword)).toBe("5 hits of 60; --offset 5 shows the next\n");
    expect(await told(...keyword, "--offset", "59")).toBe("hit 60 of 60\n");
    const [, ranked] =
      /^the best 5 of (\d+) ranked; --offset 5 shows the next\n$/.exec(
        await told("--mode", "semantic"),
      ) ?? [];
    expect(await told("--mode", "semantic", "--offset", "5")).toBe(
      `hits 6 to 10 of ${ranked} ranked; --offset 10 shows the next\n`,
    );
  });

  it("says that no file is meant by --file", async () => {
    const { exitCode, stderr } = await run("search", "river", ...keyword, "--file", "nothere.mp4");
    expect([exitCode, stderr]).toEqual([
      0,
      "no file of the library is meant by --file nothere.mp4; mediasearch list shows them\nnothing found\n",
    ]);
  });

  it("refuses what would be ignored, and what contradicts itself", async () => {
    for (const [argv, told] of [
      [["--json", "--files"], /--files: prints only names/],
      [["--json", "--print0"], /--print0: prints only names/],
      [["--files", "--format", "csv"], /prints only names/],
      [["--json", "--format", "csv"], /--json: is --format json/],
      [["--exact"], /--exact: goes with --clip/],
      [["--titles", "--play", "1"], /--titles: goes with/],
      [["--force"], /--force: goes with/],
      [["--fps", "25"], /--fps: goes with --format edl/],
      [
        ["--file", "a*", "--file", "b*"],
        /--file: was given twice\nnext: {2}in the query, such as \(file:… OR file:…\)/,
      ],
      [["--speaker", "Ada", "--speaker", "Ben"], /--speaker: was given twice/],
      [["--origin", "asr", "--origin", "captions"], /given twice/],
    ] as const) {
      const { exitCode, stdout, stderr } = await run("search", "river", ...argv);
      expect([exitCode, stdout], argv.join(" ")).toEqual([2, ""]);
      expect(stderr).toMatch(told);
    }
    expect((await run("search", "river", ...keyword, "--origin", "magic")).stderr).toContain(
      "captions, asr",
    );
    expect((await run("list", "--print0", "--json")).exitCode).toBe(2);
    expect((await run("list", "--file", "a", "--file", "b")).stderr).toContain("given twice");
    expect((await run("transcript", "lecture.mp3", "-C", "2")).stderr).toMatch(
      /--context: lines around which moment\? --at says it\nnext: {2}mediasearch transcript "lecture.mp3" --at 1:23 -C 2/,
    );
    expect((await run("transcript", "")).stderr).toMatch(/^error: which file\? Its name is empty/);
    expect(
      (await run("search", "repaired", ...keyword, "--offset", "1", "--supercut", "none.mp4"))
        .stderr,
    ).toContain("nothing past hit 1, so there is nothing to join");
  });

  it("shows names on a terminal without what is a command to it, and gives programs the name", async () => {
    const odd = join(home, "odd");
    mkdirSync(odd);
    const name = "a\u001b[31mb.vtt";
    copyFileSync(join(FIXTURES, "minutes.vtt"), join(odd, name));
    await mediasearch(["index", odd], { home: odd });
    const files = async (tty: boolean, flag: string) =>
      (await mediasearch(["search", "membership", ...keyword, flag], { home: odd, cwd: odd, tty }))
        .stdout;
    expect(await files(true, "--files")).toBe("a\ufffd[31mb.vtt\n");
    expect(await files(false, "--files")).toBe(`${name}\n`);
    expect(await files(true, "--print0")).toBe(`${name}\0`);
  });

  it("names each file once with --files, ended by a NUL with --print0", async () => {
    expect(
      (await run("search", "river", "repaired", ...keyword, "--files")).stdout
        .trim()
        .split("\n")
        .toSorted(),
    ).toEqual(["boiler.mp4", "lecture.mp3"]);
    expect((await run("search", "river", ...keyword, "--print0")).stdout).toBe("lecture.mp3\0");
    expect((await run("list", "--print0", "--file", "l*")).stdout).toBe("lecture.mp3\0");
  });
});

describe("transcript", () => {
  it("shows what is said around a moment", async () => {
    const at = async (...more: string[]) =>
      (await run("transcript", "harbor.vtt", ...more)).stdout
        .trim()
        .split("\n")
        .map((line) => /number (\d+)/.exec(line)?.[1]);
    expect(await at("--at", "1:35", "-C", "1")).toEqual(["8", "9", "10"]);
    expect(await at("--at", "0:00:05")).toEqual(["0", "1", "2", "3"]);
    expect(await at("--at", "9:59:59", "-C", "0")).toEqual(["59"]);
    expect(await at("--at", "95.5", "-C", "0")).toEqual(["9"]);
    const json = JSON.parse(
      (await run("transcript", "harbor.vtt", "--at", "1:35", "-C", "0", "--json")).stdout,
    ) as { segments: unknown[] };
    expect(json.segments).toHaveLength(1);
    for (const wrong of ["1:75", "noon", "", "1:2:3:4", "-5"])
      expect((await run("transcript", "harbor.vtt", `--at=${wrong}`)).exitCode, wrong).toBe(2);
  });

  it("is Markdown for reading, and records for programs", async () => {
    expect((await run("transcript", "lecture.mp3", "--format", "md")).stdout).toMatch(
      /^# lecture\.mp3\n\n0:00:1\d · from captions\n\n\[0:00:00\]\(lecture\.mp3#t=0\) \*\*Ada Moreau:\*\* Today/,
    );
    expect(
      (await run("transcript", "lecture.mp3", "--format", "csv")).stdout.split("\r\n"),
    ).toHaveLength(5);
    expect(
      (await run("transcript", "lecture.mp3", "--format", "ndjson")).stdout.trim().split("\n"),
    ).toHaveLength(3);
  });
});

describe("list", () => {
  it("sorts, either way, files without a value last", async () => {
    await mediasearch(["ingest", join(FIXTURES, "bees.flac")], { home });
    const names = async (...more: string[]) =>
      (
        JSON.parse((await run("list", "--json", ...more)).stdout) as {
          files: { file: string; durationMs: number | null }[];
        }
      ).files;
    const down = await names("--sort", "duration");
    expect(down[0]?.file).toBe("harbor.vtt");
    expect(down.at(-1)?.durationMs).toBeNull();
    const up = await names("--sort", "duration", "--reverse");
    expect(up.at(-1)?.durationMs).toBeNull();
    expect(up.slice(0, -1)).toEqual(down.slice(0, -1).toReversed());
    expect((await names()).map(({ file }) => file)).toEqual(
      (await names("--reverse")).map(({ file }) => file).toReversed(),
    );
    expect((await names("--sort", "speakers"))[0]?.file).not.toBe("boiler.mp4");
    expect((await run("list", "--sort", "colour")).exitCode).toBe(2);
  });

  it("comes in every format", async () => {
    expect((await run("list", "--format", "md", "--file", "minutes.vtt")).stdout).toMatch(
      /^\| file \| length .*\n\|---.*\n\| minutes\.vtt \| 0:00:13 \| indexed \| captions \| und \| Chair, Treasurer \|/,
    );
    expect((await run("list", "--format", "tsv", "--file", "minutes.vtt")).stdout).toMatch(
      /\nminutes\.vtt\tindexed\tcaptions\t.*\tChair; Treasurer\t/,
    );
    expect((await run("list", "--format", "m3u", "--file", "news.mp3")).stdout).toBe(
      `#EXTM3U\n#EXTINF:8,news.mp3\n${films}/news.mp3\n`,
    );
  });
});

describe("the real program in a pipe", () => {
  const shell = (line: string) =>
    spawnSync("/bin/sh", ["-c", line], {
      cwd: films,
      env: { ...environment(home), MS: BIN, NODE: process.execPath },
      encoding: "utf8",
    });
  const ms = '"$NODE" "$MS"';

  it("ends quietly when its reader has read enough", () => {
    const { stdout, stderr } = shell(
      `{ ${ms} search harbor --mode keyword --limit 60 -C 50; echo "code $?" >&2; } | head -1`,
    );
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/code 0\n$/);
    expect(stderr).not.toMatch(/error|EPIPE/);
  });

  it("gives jq one document, and xargs names with NULs", () => {
    expect(
      shell(
        `${ms} search river --mode keyword --json | "$NODE" -e 'let t="";process.stdin.on("data",d=>t+=d).on("end",()=>console.log(JSON.parse(t).hits[0].file))'`,
      ).stdout,
    ).toBe("lecture.mp3\n");
    expect(
      shell(`${ms} search "river repaired" --mode keyword --print0 | xargs -0 ls`)
        .stdout.trim()
        .split("\n"),
    ).toEqual(["boiler.mp4", "lecture.mp3"]);
  });

  it("opens hit N at its moment in the player of the setting", () => {
    const player = join(home, "player.sh");
    writeFileSync(player, '#!/bin/sh\nprintf "%s\\n" "$@" > "$PLAYED"\n');
    chmodSync(player, 0o755);
    const { hits } = JSON.parse(
      execFileSync(process.execPath, [BIN, "search", "river", "--mode", "keyword", "--json"], {
        cwd: films,
        env: environment(home),
        encoding: "utf8",
      }),
    ) as { hits: FoundHit[] };
    const played = join(home, "played");
    const { status, stdout, stderr } = shell(
      `PLAYED='${played}' MEDIASEARCH_PLAYER="'${player}' --at {seconds} {file}" ${ms} search river --mode keyword --play 2`,
    );
    expect([status, stdout], stderr).toEqual([0, ""]);
    expect(readFileSync(played, "utf8")).toBe(
      `--at\n${((hits[1]?.startMs ?? 0) / 1000).toFixed(3)}\n${films}/lecture.mp3\n`,
    );
    expect(stderr).toMatch(/lecture\.mp3 {2}at 0:00:0\d, with player\.sh/);
    const none = shell(`${ms} search river --mode keyword --play 99`);
    expect([none.status, none.stderr]).toEqual([
      17,
      expect.stringContaining("no hit 99: there are 2 hits"),
    ]);
    const captions = shell(
      `MEDIASEARCH_PLAYER='${player}' ${ms} search membership --mode keyword --play 1`,
    );
    expect([captions.status, captions.stderr]).toEqual([
      15,
      expect.stringContaining("captions without their recording"),
    ]);
  });
});

describe("clips of hits", () => {
  const spawned = (...argv: string[]) =>
    spawnSync(process.execPath, [BIN, "search", ...argv], {
      cwd: films,
      env: environment(home),
      encoding: "utf8",
    });

  it("are cut by the real program, as JSON says by its schema", () => {
    const { status, stdout, stderr } = spawned(
      "repaired",
      ...keyword,
      "--clip",
      "1",
      "-o",
      "hall.mp4",
      "--exact",
      "--pad",
      "0.25",
      "--json",
    );
    expect(status, stderr).toBe(0);
    const told = JSON.parse(stdout) as { durationMs: number; hits: number[] };
    expect(schemaErrors("clip", told)).toBe("");
    expect(told.hits).toEqual([1]);
    expect(existsSync(join(films, "hall.mp4"))).toBe(true);
    const again = spawned("repaired", ...keyword, "--clip", "1", "-o", "hall.mp4");
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringMatching(/hall\.mp4: is there already\nnext: {2}--force/),
    ]);
    expect(
      spawned("repaired", ...keyword, "--clip", "1", "-o", "hall.mp4", "--force").stderr,
    ).toMatch(/hall\.mp4 {2}[\d.]+ s, copied as it is; --exact/);
  });

  it("join; touching ones become one piece, what has no recording is left out and told", async () => {
    const all = await run(
      "search",
      "river membership repaired",
      ...keyword,
      "--supercut",
      "all.mp4",
      "--titles",
    );
    expect(all.exitCode).toBe(3);
    expect(all.stderr).toMatch(
      /warning: hit \d left out: minutes\.vtt: captions without their recording/,
    );
    expect(all.stderr).toMatch(/all\.mp4 {2}[\d.]+ s in 2 pieces/);
    const { durationMs } = JSON.parse(
      (await run("search", "river", ...keyword, "--supercut", "river.m4a", "--pad", "0", "--json"))
        .stdout,
    ) as { durationMs: number };
    const { hits } = await search("river", ...keyword);
    expect(
      Math.abs(durationMs - hits.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)),
    ).toBeLessThan(20);
    expect((await run("search", "xylophone", ...keyword, "--supercut", "none.mp4")).exitCode).toBe(
      17,
    );
    expect(
      (await run("search", "membership", ...keyword, "--supercut", "none.mp4")).stderr,
    ).toContain("no hit has a recording");
  });

  it("never take the place of a recording of the library, by whatever path it is named", async () => {
    symlinkSync(films, join(home, "way"));
    const news = readFileSync(join(films, "news.mp3"));
    for (const [to, ...action] of [
      ["news.mp3", "--clip", "1", "-o"],
      [join(home, "way/news.mp3"), "--clip", "1", "-o"],
      ["news.mp3", "--supercut"],
    ] as const) {
      const { exitCode, stderr } = await run(
        "search",
        "river",
        ...keyword,
        ...action,
        to,
        "--force",
      );
      expect([exitCode, stderr], to).toEqual([
        2,
        expect.stringMatching(/is a recording of the library; a clip never takes its place/),
      ]);
    }
    expect(readFileSync(join(films, "news.mp3")).equals(news)).toBe(true);
    linkSync(join(films, "lecture.mp3"), join(home, "other.mp3"));
    expect(
      (
        await run(
          "search",
          "river",
          ...keyword,
          "--clip",
          "1",
          "-o",
          join(home, "other.mp3"),
          "--force",
        )
      ).stderr,
    ).toContain("one of the recordings");
  });

  it("say what is missing or wrong before they start", async () => {
    for (const [argv, told] of [
      [["--clip", "1"], /--output says which file/],
      [["-o", "x.mp4"], /goes with --clip/],
      [["--clip", "1", "--play", "1"], /only one of/],
      [["--clip", "1", "-o", "x.doc"], /told by its ending/],
      [["--supercut", "x.mp3", "--titles"], /no picture to write them on/],
      [["--pad", "-1"], /seconds from 0 to 600/],
      [["--clip", "0", "-o", "x.mp4"], /1 to 1000/],
    ] as const) {
      const { exitCode, stderr } = await run("search", "river", ...keyword, ...argv);
      expect(exitCode, argv.join(" ")).toBe(2);
      expect(stderr).toMatch(told);
    }
  });

  it("leave nothing behind when they are stopped", async () => {
    const child = spawn(
      process.execPath,
      [
        BIN,
        "search",
        "the",
        "--mode",
        "semantic",
        "--limit",
        "200",
        "--supercut",
        "stopped.mp4",
        "--titles",
        "--pad",
        "600",
      ],
      { cwd: films, env: environment(home), stdio: ["ignore", "ignore", "pipe"] },
    );
    const begun = (): boolean => readdirSync(films).some((name) => name.includes("unfinished"));
    while (!begun() && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
    child.kill("SIGINT");
    const code = await new Promise((done) => child.on("exit", done));
    expect([code, begun(), existsSync(join(films, "stopped.mp4"))]).toEqual([130, false, false]);
  });
});
