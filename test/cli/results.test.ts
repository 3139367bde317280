import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCaptions } from "../../src/media/captions/parse.ts";
import { FIXTURES, type FoundHit, mediasearch } from "../helpers/run.ts";
import { filmLibrary } from "../helpers/films.ts";
import { schemaErrors } from "../helpers/schema.ts";

const { home, films } = filmLibrary();
const run = (...argv: string[]) => mediasearch(argv, { home, cwd: films });
const search = async (...argv: string[]): Promise<Answer> =>
  JSON.parse((await run("search", ...argv, "--json")).stdout) as Answer;
interface Answer {
  readonly total: number;
  readonly moments: number;
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
        ["--related", "2"],
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
    const fcpxml = await run("search", "membership repaired", ...keyword, "--format", "fcpxml");
    expect(fcpxml.stdout.match(/<asset-clip /g)).toHaveLength(1);
    expect(fcpxml.stdout).not.toContain("minutes.vtt");
    expect(fcpxml.stderr).toBe(
      "warning: 1 hit left out, without media that can be read: minutes.vtt\n",
    );
    for (const format of ["edl", "otio", "m3u"]) {
      const edit = await run("search", "harbor committee repaired", ...keyword, "--format", format);
      expect(edit.stdout, format).toContain("boiler.mp4");
      expect(edit.stdout, format).not.toContain("harbor.vtt");
      expect(
        edit.stderr.match(/left out, without media that can be read: harbor\.vtt$/gm),
      ).toHaveLength(1);
    }
    const otio = JSON.parse(
      (await run("search", "repaired", ...keyword, "--format", "otio", "--fps", "24")).stdout,
    ) as { OTIO_SCHEMA: string; global_start_time: { rate: number } };
    expect([otio.OTIO_SCHEMA, otio.global_start_time.rate]).toEqual(["Timeline.1", 24]);
    expect((await run("search", "repaired", ...keyword, "--format", "m3u")).stdout).toContain(
      `\nfile://${films}/boiler.mp4\n`,
    );
    expect((await run("search", "x", "--fps", "12")).exitCode).toBe(2);
  });

  it("writes TSV and Markdown", async () => {
    const [head, first] = (
      await run("search", "river", ...keyword, "--format", "tsv")
    ).stdout.split("\n");
    expect(head).toBe("number\tfile\tdisplayFile\tstartMs\tendMs\tspeaker\ttext\tscore\torigin");
    expect(first?.split("\t").slice(1, 3)).toEqual([join(films, "lecture.mp3"), "lecture.mp3"]);
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
      /^the best 5 of (\d+ moments \(\d+ hits ranked\)); --offset 5 shows the next\n$/.exec(
        await told("--mode", "semantic"),
      ) ?? [];
    expect(await told("--mode", "semantic", "--offset", "5")).toBe(
      `hits 6 to 10 of ${ranked}; --offset 10 shows the next\n`,
    );
  });

  it("folds hits of one moment under the best, counts them, and lists them when asked", async () => {
    const all = await search("river", "--file", "lecture.*", "--all-hits");
    const folded = await search("river", "--file", "lecture.*");
    expect(folded.hits.length).toBeLessThan(all.hits.length);
    expect([folded.total, all.total, all.moments]).toEqual([
      all.hits.length,
      all.hits.length,
      all.hits.length,
    ]);
    for (const { hits } of [all, folded])
      expect(hits.map(({ score }) => score)).toEqual(
        hits.map(({ score }) => score).toSorted((a, b) => b - a),
      );
    expect(folded.hits.flatMap((hit) => [hit, ...hit.moment.hits])).toHaveLength(all.total);
    const { stdout } = await run("search", "river", "--file", "lecture.*", "--group");
    expect(stdout).toMatch(new RegExp(`^lecture\\.mp3 {2}${all.total} hits\n`));
    expect(stdout).toMatch(/\+[1-9] here\n/);
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

  it("names every file that matches by keyword, else says that there are more", async () => {
    const named = async (...argv: string[]) => {
      const { stdout, stderr } = await run("search", "river harbor", "--files", ...argv);
      return [stdout.trim().split("\n").length, stderr] as const;
    };
    const matched = new Set(
      (await search("river harbor", ...keyword, "--limit", "1000")).hits.map(({ file }) => file),
    );
    expect(matched.size).toBeGreaterThan(1);
    expect(await named(...keyword)).toEqual([matched.size, ""]);
    expect(await named(...keyword, "--limit", "3")).toEqual([
      expect.any(Number),
      expect.stringMatching(/^only files of 3 hits of \d+; --offset 3 shows the next\n$/),
    ]);
    expect((await named("--limit", "1"))[1]).toMatch(/^only files of the best 1 of /);
  });

  it("counts hits", async () => {
    const { total } = await search("harbor", ...keyword);
    expect((await run("search", "harbor", ...keyword, "--count")).stdout).toBe(`${total}\n`);
    expect((await run("search", "xylophone", "--count")).stdout).toBe("0\n");
    const refused = await run("search", "harbor", "--count", "--json");
    expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
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
