import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, environment, FIXTURES, type FoundHit, mediasearch } from "../helpers/run.ts";
import { filmLibrary } from "../helpers/films.ts";

const { home, films } = filmLibrary();
const run = (...argv: string[]) => mediasearch(argv, { home, cwd: films });

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
      /^# lecture\.mp3\n\n0:00:1\d · from captions · en\n\n\[0:00:00\]\(lecture\.mp3#t=0\) \*\*Ada Moreau:\*\* Today/,
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
          files: { displayFile: string; durationMs: number | null }[];
        }
      ).files;
    const down = await names("--sort", "duration");
    expect(down[0]?.displayFile).toBe("harbor.vtt");
    expect(down.at(-1)?.durationMs).toBeNull();
    const up = await names("--sort", "duration", "--reverse");
    expect(up.at(-1)?.durationMs).toBeNull();
    expect(up.slice(0, -1)).toEqual(down.slice(0, -1).toReversed());
    expect((await names()).map(({ displayFile }) => displayFile)).toEqual(
      (await names("--reverse")).map(({ displayFile }) => displayFile).toReversed(),
    );
    expect((await names("--sort", "speakers"))[0]?.displayFile).not.toBe("boiler.mp4");
    expect((await run("list", "--sort", "colour")).exitCode).toBe(2);
  });

  it("comes in every format", async () => {
    expect((await run("list", "--format", "md", "--file", "minutes.vtt")).stdout).toMatch(
      /^\| file \| length .*\n\|---.*\n\| minutes\.vtt \| 0:00:13 \| indexed \| captions \| en \| Chair, Treasurer \|/,
    );
    expect((await run("list", "--format", "tsv", "--file", "minutes.vtt")).stdout).toMatch(
      /\n\/.*\/minutes\.vtt\tminutes\.vtt\tindexed\tcaptions\t.*\tChair; Treasurer\t/,
    );
    expect((await run("list", "--format", "m3u", "--file", "news.mp3")).stdout).toBe(
      `#EXTM3U\n#EXTINF:8,news.mp3\nfile://${films}/news.mp3\n`,
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
        `${ms} search river --mode keyword --json | "$NODE" -e 'let t="";process.stdin.on("data",d=>t+=d).on("end",()=>console.log(JSON.parse(t).hits[0].displayFile))'`,
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
