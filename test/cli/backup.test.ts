import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unfinishedPath } from "../../src/unfinished.ts";
import { captionLibrary } from "../helpers/caption-library.ts";
import { found, mediasearch, spawnMediasearch } from "../helpers/run.ts";
import { startS3 } from "../helpers/s3.ts";

const ask = ["search", "who pays for the harbour", "--json"];

describe("backup and restore", () => {
  it("give back the same library, and the file is for its owner only", async () => {
    const home = await captionLibrary();
    const before = found(await mediasearch(ask, { home }));
    const backup = join(home, "monday.backup");
    const made = await mediasearch(["backup", backup, "--json"], { home });
    expect(JSON.parse(made.stdout)).toMatchObject({ files: 6, segments: 12 });
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const restored = join(home, "restored.sqlite");
    expect((await mediasearch(["restore", backup, "--store", restored], { home })).exitCode).toBe(
      0,
    );
    expect(found(await mediasearch([...ask, "--store", restored], { home }))).toEqual(before);
    const proof = JSON.parse(
      (await mediasearch(["migrate", "--to", restored, "--json"], { home })).stdout,
    ) as { copied: unknown; proof: unknown };
    expect(proof).toMatchObject({ copied: { copied: 0, present: 6 }, proof: { differences: [] } });
    expect(readdirSync(home).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("a backup opens without mediasearch: gunzip, and two lines off its head", async () => {
    const home = await captionLibrary(1);
    const backup = join(home, "b");
    await mediasearch(["backup", backup], { home });
    const bytes = gunzipSync(readFileSync(backup));
    const end = bytes.indexOf(10, bytes.indexOf(10) + 1);
    expect(bytes.toString("latin1", end + 1, end + 16)).toBe("SQLite format 3");
  });

  it("is one state of a library that is being written", async () => {
    const home = await captionLibrary(2);
    for (let i = 0; i < 150; i++)
      writeFileSync(
        join(home, "media", `more-${i}.srt`),
        `1\n00:00:00,000 --> 00:00:05,000\nSentence number ${i} is short.\n`,
      );
    const indexing = spawnMediasearch(["index", join(home, "media")], { home });
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { stdout } = await mediasearch(["backup", join(home, `b${i}`), "--json"], { home });
      counts.push((JSON.parse(stdout) as { files: number }).files);
      expect(
        (await mediasearch(["restore", join(home, `b${i}`), "--check"], { home })).exitCode,
      ).toBe(0);
    }
    expect((await indexing).exitCode).toBe(0);
    expect(counts.every((files) => files >= 2 && files <= 152)).toBe(true);
  });

  it("never replace a file or a library unasked, and keep what --force replaces", async () => {
    const home = await captionLibrary(1);
    const backup = join(home, "b");
    await mediasearch(["backup", backup], { home });
    const again = await mediasearch(["backup", backup], { home });
    expect([again.exitCode, again.stderr.includes("--force")]).toEqual([2, true]);
    expect((await mediasearch(["backup", backup, "--force"], { home })).exitCode).toBe(0);
    const refused = await mediasearch(["restore", backup], { home });
    expect([refused.exitCode, refused.stderr.includes("--force")]).toEqual([2, true]);
    writeFileSync(
      join(home, "media", "new.srt"),
      "1\n00:00:00,000 --> 00:00:05,000\nSaid after the backup.\n",
    );
    await mediasearch(["index", join(home, "media")], { home });
    const { stdout, exitCode } = await mediasearch(["restore", backup, "--force", "--json"], {
      home,
    });
    expect(exitCode).toBe(0);
    const { kept } = JSON.parse(stdout) as { kept: string };
    expect(
      found(await mediasearch(["search", "after backup", "--mode", "keyword", "--json"], { home }))
        .total,
    ).toBe(0);
    expect(
      found(
        await mediasearch(
          ["search", "after backup", "--mode", "keyword", "--json", "--store", kept],
          { home },
        ),
      ).total,
    ).toBe(1);
  });

  it("take the place of a library that is damaged", async () => {
    const home = await captionLibrary(1);
    const backup = join(home, "b");
    await mediasearch(["backup", backup], { home });
    writeFileSync(join(home, "library.sqlite"), Buffer.alloc(8192, 7));
    expect((await mediasearch(ask, { home })).exitCode).toBe(13);
    expect((await mediasearch(["restore", backup, "--force"], { home })).exitCode).toBe(0);
    expect(found(await mediasearch(ask, { home })).hits.length).toBeGreaterThan(0);
  });
});

describe("a backup in an object store", () => {
  it("goes there whole and comes back, and one that is there is not replaced unasked", async () => {
    const s3 = await startS3();
    try {
      const home = await captionLibrary(3);
      const before = found(await mediasearch(ask, { home }));
      const call = ["backup", "s3://media/backups/monday", "--json"];
      expect(JSON.parse((await mediasearch(call, { home, env: s3.env })).stdout)).toMatchObject({
        file: "s3://media/backups/monday",
        files: 3,
      });
      writeFileSync(
        join(home, "media/more.srt"),
        "1\n00:00:00,000 --> 00:00:05,000\nSaid later.\n",
      );
      await mediasearch(["index", join(home, "media")], { home });
      expect((await mediasearch(call, { home, env: s3.env })).exitCode).not.toBe(0);
      expect((await mediasearch([...call, "--force"], { home, env: s3.env })).exitCode).toBe(0);
      const restored = join(home, "restored.sqlite");
      expect(
        (
          await mediasearch(["restore", "s3://media/backups/monday", "--store", restored], {
            home,
            env: s3.env,
          })
        ).exitCode,
      ).toBe(0);
      expect(
        found(await mediasearch([...ask, "--store", restored], { home })).hits.length,
      ).toBeGreaterThanOrEqual(before.hits.length);
      expect(
        (
          await mediasearch(["restore", "s3://media/none", "--store", join(home, "x.sqlite")], {
            home,
            env: s3.env,
          })
        ).exitCode,
      ).toBe(17);
    } finally {
      await s3.stop();
    }
  });
});

describe("kills", () => {
  it("within a backup or a restore leave nothing that the next one does not sweep", async () => {
    const home = await captionLibrary(1);
    const backup = join(home, "b");
    const left = unfinishedPath(home).replace(`-${process.pid}-`, "-4194305-");
    for (const argv of [
      ["backup", backup],
      ["restore", backup, "--check"],
    ]) {
      mkdirSync(left);
      writeFileSync(join(left, "library.sqlite"), "half of a library");
      expect((await mediasearch(argv, { home })).exitCode).toBe(0);
      expect(readdirSync(home).filter((name) => name.startsWith("."))).toEqual([]);
    }
  });

  it("between the steps of a restore leave a library, and its second name goes with the next restore", async () => {
    const home = await captionLibrary(1);
    const [backup, library] = [join(home, "b"), join(home, "library.sqlite")];
    await mediasearch(["backup", backup], { home });
    linkSync(library, `${library}.2026-01-01T00-00-00-000Z.replaced`);
    expect((await mediasearch(["restore", backup, "--force"], { home })).exitCode).toBe(0);
    const kept = readdirSync(home).filter((name) => name.endsWith(".replaced"));
    expect(kept).toHaveLength(1);
    expect(kept[0]).not.toContain("2026-01-01T00-00-00");
    expect(statSync(library).nlink).toBe(1);
  });

  it("at any moment of a restore find a library under its name", async () => {
    const home = await captionLibrary(1);
    const [backup, library] = [join(home, "b"), join(home, "library.sqlite")];
    await mediasearch(["backup", backup], { home });
    const child = spawn(process.execPath, ["-e", WATCH, library]);
    await once(child.stdout, "data");
    for (let n = 0; n < 5; n++)
      expect((await mediasearch(["restore", backup, "--force"], { home })).exitCode).toBe(0);
    child.stdin.end();
    const [seen] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(seen.toString())).toMatchObject({ absent: 0 });
  });
});

/** Looks for a file as often as it can until its stdin ends. */
const WATCH = `
  const { existsSync } = require("node:fs");
  let [looked, absent, isOver] = [0, 0, false];
  process.stdin.on("end", () => { isOver = true; }).resume();
  const look = () => {
    for (let i = 0; i < 2000; i++) { looked++; if (!existsSync(process.argv[1])) absent++; }
    if (isOver) console.log(JSON.stringify({ looked, absent })); else setImmediate(look);
  };
  console.log("ready");
  look();
`;

describe("restore refuses, before it touches anything,", () => {
  const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    "a backup that was cut off": (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.7)),
    "a backup with a hole": (bytes) => {
      const copy = Buffer.from(bytes);
      return copy.fill(0xa5, Math.floor(copy.length / 2), Math.floor(copy.length / 2) + 256);
    },
    "a backup with another checksum at its end": (bytes) => {
      const copy = Buffer.from(bytes);
      const at = copy.length - 6;
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    },
    "a backup whose library was changed and packed again": (bytes) => {
      const plain = gunzipSync(bytes);
      plain[plain.length - 100] = (plain[plain.length - 100] ?? 0) ^ 255;
      return gzipSync(plain);
    },
    "a gzip file of something else": () => gzipSync("hello\nworld\nthere"),
    "a file that is no gzip": () => Buffer.from("hello"),
    "an empty file": () => Buffer.alloc(0),
  };
  for (const [what, damage] of Object.entries(damages))
    it(what, async () => {
      const home = await captionLibrary(3);
      const backup = join(home, "b");
      await mediasearch(["backup", backup], { home });
      writeFileSync(backup, damage(readFileSync(backup)));
      const library = readFileSync(join(home, "library.sqlite"));
      const { exitCode, stderr } = await mediasearch(["restore", backup, "--force"], { home });
      expect([exitCode, stderr.includes("backup")], stderr).toEqual([13, true]);
      expect(readFileSync(join(home, "library.sqlite")).equals(library)).toBe(true);
      expect(
        readdirSync(home).filter((name) => name.startsWith(".") || name.endsWith("replaced")),
      ).toEqual([]);
    });

  it("a file that is not there", async () => {
    const home = await captionLibrary(1);
    expect((await mediasearch(["restore", join(home, "none"), "--force"], { home })).exitCode).toBe(
      17,
    );
    expect(existsSync(join(home, "library.sqlite"))).toBe(true);
  });
});
