import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bytes } from "../../src/objects/object-store.contract.ts";
import type { ObjectStore } from "../../src/objects/object-store.ts";
import { openS3, type S3Objects } from "../../src/objects/s3/open.ts";
import { main } from "../../src/cli/main.ts";
import {
  environment,
  FIXTURES,
  found,
  mediasearch,
  type Result,
  tempFolder,
} from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";
import { until } from "../helpers/until.ts";

let server: S3Server;
let objects: S3Objects;
let home: string;
let bucket: ObjectStore;
beforeAll(async () => {
  server = await startS3({ pageSize: 7 });
  objects = openS3(server.options);
});
afterAll(async () => {
  objects.close();
  await server.stop();
});
beforeEach(() => {
  home = tempFolder();
  bucket = objects.bucket("media");
});
afterEach(async () => {
  await server.faults({});
  for await (const { key } of bucket.list("")) await bucket.remove(key);
});

const put = async (key: string, fixture: string): Promise<void> =>
  void (await bucket.put(key, bytes(readFileSync(join(FIXTURES, fixture)))));
const run = (...argv: readonly string[]): Promise<Result> =>
  mediasearch(argv, { home, env: { ...server.env, BASE_RETRY_DELAY_MS: "10" } });
const events = ({ stdout }: Result): Record<string, unknown>[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const outcomes = (result: Result): string[] =>
  events(result)
    .flatMap(({ type, file, how }) =>
      typeof file === "string" && type !== "progress" ? [`${String(how ?? type)} ${file}`] : [],
    )
    .toSorted();

describe("a bucket", () => {
  it("is indexed like a folder: captions beside the object, tracks inside it, speech; and searched by its s3:// places", async () => {
    await put("talks/lecture.mp3", "lecture.mp3");
    await put("talks/lecture.vtt", "lecture.vtt");
    await put("talks/films/election.mkv", "election.mkv");
    await put("talks/bridge.mp3", "bridge.mp3");
    await put("talks/.hidden.mp3", "bridge.mp3");
    await put("other/garden.m4a", "garden.m4a");
    await bucket.put("talks/notes.txt", bytes("not media"));
    await bucket.put("talks/folder/", bytes());
    const indexed = await run("index", "s3://media/talks", "--json");
    expect(indexed.stderr).toBe("");
    expect(outcomes(indexed)).toEqual([
      "indexed s3://media/talks/bridge.mp3",
      "indexed s3://media/talks/films/election.mkv",
      "indexed s3://media/talks/lecture.mp3",
    ]);
    expect(
      events(indexed)
        .flatMap(({ type, file, origin }) =>
          type === "indexed" ? [`${String(file).split("/").at(-1)} ${String(origin)}`] : [],
        )
        .toSorted(),
    ).toEqual(["bridge.mp3 asr", "election.mkv captions", "lecture.mp3 captions"]);
    const hits = found(
      await run(
        "search",
        "engineers found a crack in the supports",
        "--json",
        "--file",
        "s3://media/talks/*.mp3",
      ),
    ).hits;
    expect(hits[0]?.file).toBe("s3://media/talks/bridge.mp3");
    expect(
      found(await run("search", "engineers", "--json", "--file", "s3://media/other")).hits,
    ).toEqual([]);
    expect((await run("transcript", "s3://media/talks/lecture.mp3")).stdout).not.toBe("");
    expect((await run("transcript", "lecture")).exitCode).toBe(0);
    expect((await run("list", "--file", "s3://media/talks/films")).stdout).toContain(
      "s3://media/talks/films/election.mkv",
    );
    expect(outcomes(await run("index", "s3://media/talks", "--json"))).toEqual(
      outcomes(indexed).map((line) => line.replace("indexed", "unchanged")),
    );
  });

  it("is followed in its changes: overwritten, moved, copied, deleted and returning objects, and captions that come", async () => {
    const index = async (): Promise<string[]> =>
      outcomes(await run("index", "s3://media", "--engine", "STUB", "--json"));
    await put("a/minutes.vtt", "minutes.vtt");
    await put("a/one.mp3", "bridge.mp3");
    await put("a/two.mp3", "news.mp3");
    expect(await index()).toEqual([
      "indexed s3://media/a/minutes.vtt",
      "indexed s3://media/a/one.mp3",
      "indexed s3://media/a/two.mp3",
    ]);
    // The same length and, within a second, the same time: only the tag tells.
    const captions = readFileSync(join(FIXTURES, "minutes.vtt"), "utf8");
    await bucket.put("a/minutes.vtt", bytes(captions.replace("mooring", "harbour")));
    await bucket.remove("a/one.mp3");
    await put("b/moved.mp3", "bridge.mp3");
    await put("b/copy.mp3", "news.mp3");
    expect(await index()).toEqual([
      "copied s3://media/b/copy.mp3",
      "indexed s3://media/a/minutes.vtt",
      "moved s3://media/b/moved.mp3",
      "unchanged s3://media/a/two.mp3",
    ]);
    await bucket.remove("b/moved.mp3");
    expect(await index()).toContain("deleted s3://media/b/moved.mp3");
    expect((await run("list", "--state", "deleted")).stdout).toContain("s3://media/b/moved.mp3");
    await put("b/moved.mp3", "bridge.mp3");
    await put("a/two.vtt", "minutes.vtt");
    const last = await index();
    expect(last).toContain("restored s3://media/b/moved.mp3");
    expect(last).toContain("indexed s3://media/a/two.mp3");
  });

  it("takes nothing with it when it can't be listed, or is empty all of a sudden", async () => {
    await put("a/one.vtt", "minutes.vtt");
    await put("a/two.vtt", "lecture.vtt");
    await run("index", "s3://media/a");
    await server.faults({ match: "GET /media", fail: 100, status: 403 });
    const refused = await run("index", "s3://media/a");
    expect([refused.exitCode, (await run("list", "--state", "deleted")).stdout]).toEqual([12, ""]);
    await server.faults({});
    for (const name of ["one", "two"]) await bucket.remove(`a/${name}.vtt`);
    const empty = await run("index", "s3://media/a/", "--json");
    expect(events(empty)).toContainEqual({ type: "offline", folder: "s3://media/a/", files: 2 });
    await bucket.put("other", bytes("x"));
    expect(outcomes(await run("index", "s3://media/a/", "--json"))).toEqual([
      "deleted s3://media/a/one.vtt",
      "deleted s3://media/a/two.vtt",
    ]);
  });

  it("is indexed whole while its server fails now and then, and nothing is done twice or left", async () => {
    const names = [
      "bridge.mp3",
      "news.mp3",
      "garden.m4a",
      "election.mkv",
      "museum.avi",
      "kitchen.mov",
      "train.ts",
      "boiler.mp4",
    ];
    for (const name of names) await put(`x/${name}`, name);
    await server.faults({ share: 0.15, match: "/media" });
    const indexed = await run("index", "s3://media/x", "--engine", "STUB", "--json");
    await server.faults({});
    expect(outcomes(indexed).filter((line) => line.startsWith("indexed"))).toEqual(
      names.map((name) => `indexed s3://media/x/${name}`).toSorted(),
    );
    expect(outcomes(await run("index", "s3://media/x", "--engine", "STUB", "--json"))).toEqual(
      names.map((name) => `unchanged s3://media/x/${name}`).toSorted(),
    );
  });

  it("that does not exist, a key that is none, and a server that is away end with the right code", async () => {
    expect((await run("index", "s3://none-such/a")).stderr).toContain("there is no such bucket");
    const missing = await run("index", "s3://media/none.mp3");
    expect([missing.exitCode, missing.stderr]).toEqual([
      3,
      expect.stringContaining("s3://media/none.mp3: does not exist"),
    ]);
    expect((await run("index", "s3://media/none/")).exitCode).toBe(0);
    await put("a/minutes.vtt", "minutes.vtt");
    const inMediaBucket = (...argv: readonly string[]): Promise<Result> =>
      mediasearch(argv, { home, env: { ...server.env, MEDIA_BUCKET: "media" } });
    expect((await inMediaBucket("index", "s3:///a")).exitCode).toBe(0);
    expect((await inMediaBucket("transcript", "s3:///a/minutes.vtt")).stdout).toContain("mooring");
    expect(
      found(await inMediaBucket("search", "mooring", "--json", "--file", "s3:///a")).hits[0]?.file,
    ).toBe("s3://media/a/minutes.vtt");
    expect((await run("index", "s3:///a")).stderr).toMatch(/which bucket\?[\s\S]*MEDIA_BUCKET/);
    const away = await mediasearch(["index", "s3://media/"], {
      home,
      env: { ...server.env, VAST_S3_ENDPOINT: "http://127.0.0.1:1" },
    });
    expect([away.exitCode, away.stderr]).toEqual([16, expect.stringContaining("VAST_S3_ENDPOINT")]);
    const wrongKey = await mediasearch(["index", "s3://media/"], {
      home,
      env: { ...server.env, VAST_SECRET_ACCESS_KEY: "hunter2" },
    });
    expect([wrongKey.exitCode, wrongKey.stderr]).toEqual([
      12,
      expect.not.stringContaining("hunter2"),
    ]);
  });

  it("answers searches with links that open the object without keys, for as long as the setting says", async () => {
    await put("l/ümlaut & co.vtt", "minutes.vtt");
    await run("index", "s3://media/l");
    const search = (...more: readonly string[]): Promise<Result> =>
      mediasearch(["search", "mooring", ...more], {
        home,
        env: { ...server.env, LINK_EXPIRY_SECONDS: "5" },
      });
    expect((await search("--json")).stdout).not.toContain("url");
    const linked = await search("--links", "--json");
    const [{ url } = { url: "" }] = (JSON.parse(linked.stdout) as { hits: { url: string }[] }).hits;
    expect(url).toMatch(/#t=4$/);
    expect(await (await fetch(url)).text()).toBe(
      readFileSync(join(FIXTURES, "minutes.vtt"), "utf8"),
    );
    expect(url).not.toContain("test-secret");
    for (const format of ["text", "csv", "md"])
      expect((await search("--links", "--format", format)).stdout).toContain("X-Amz-Signature=");
    await until(async () => (await fetch(url)).status === 403);
  });

  it("is filled by ingest --to, with captions beside their media, and works them off; the second time nothing is sent", async () => {
    const folder = join(home, "recordings");
    mkdirSync(join(folder, "deep"), { recursive: true });
    for (const [from, to] of [
      ["lecture.mp3", "lecture.mp3"],
      ["lecture.vtt", "lecture.vtt"],
      ["news.mp3", "deep/news.mp3"],
      ["minutes.vtt", "deep/minutes.vtt"],
    ] as const)
      copyFileSync(join(FIXTURES, from), join(folder, to));
    writeFileSync(join(folder, "notes.txt"), "not media");
    const places = ["deep/minutes.vtt", "deep/news.mp3", "lecture.mp3", "lecture.vtt"].map(
      (name) => `s3://media/up/${name}`,
    );
    const uploads = async (...more: readonly string[]): Promise<string[]> => {
      const result = await run("ingest", folder, "--to", "s3://media/up", "--json", ...more);
      return (JSON.parse(result.stdout) as { uploads: { to: string; outcome: string }[] }).uploads
        .map(({ to, outcome }) => `${outcome} ${to}`)
        .toSorted();
    };
    expect(await uploads("--dry-run")).toEqual(places.map((place) => `would-upload ${place}`));
    expect(await uploads()).toEqual(places.map((place) => `uploaded ${place}`));
    expect(await uploads()).toEqual(places.map((place) => `present ${place}`));
    const indexed = await run("index", "--engine", "STUB", "--json");
    expect(outcomes(indexed)).toEqual(
      ["deep/minutes.vtt", "deep/news.mp3", "lecture.mp3"].map(
        (name) => `indexed s3://media/up/${name}`,
      ),
    );
    writeFileSync(join(folder, "deep/minutes.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nanother\n");
    const conflict = await run("ingest", folder, "--to", "s3://media/up");
    expect([conflict.exitCode, conflict.stderr]).toEqual([
      3,
      expect.stringMatching(/there is another object of this name \(--force/),
    ]);
    expect(
      (
        await run(
          "ingest",
          join(folder, "deep/minutes.vtt"),
          "--to",
          "s3://media/up/deep",
          "--force",
        )
      ).exitCode,
    ).toBe(0);
    expect(outcomes(await run("index", "s3://media/up/deep/minutes.vtt", "--json"))).toEqual([
      "indexed s3://media/up/deep/minutes.vtt",
    ]);
    expect((await run("ingest", folder, "--to", folder)).exitCode).toBe(2);
    expect(
      (
        await run(
          "ingest",
          join(folder, "deep/minutes.vtt"),
          join(FIXTURES, "minutes.vtt"),
          "--to",
          "s3://media/up",
        )
      ).stderr,
    ).toContain("would both become s3://media/up/minutes.vtt");
  });

  it("has hits that are cut out, and edited, like those of this machine", async () => {
    await put("cuts/news.mp3", "news.mp3");
    await put("cuts/news.en.srt", "news.en.srt");
    await run("index", "s3://media/cuts");
    const clip = join(home, "trees.mp3");
    const ask = ["search", "trees", "--mode", "keyword"];
    const one = await run(...ask, "--clip", "1", "-o", clip);
    expect([one.exitCode, existsSync(clip)], one.stderr).toEqual([0, true]);
    const folder = join(home, "clips");
    expect((await run(...ask, "--clips", folder)).exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^news_0-00-\d\d\.mp3$/)]);
    const edl = await run(...ask, "--format", "edl");
    expect(edl.stderr).toBe("");
    expect(edl.stdout).toContain("news.mp3");
    await bucket.remove("cuts/news.mp3");
    const gone = await run(...ask, "--clip", "1", "-o", join(home, "gone.mp3"));
    expect(gone.exitCode, gone.stderr).toBe(17);
    expect(gone.stderr).toContain("s3://media/cuts/news.mp3");
    expect(readdirSync(home).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  it("is followed with --watch by listing it: what comes, changes and goes", async () => {
    await put("w/one.vtt", "minutes.vtt");
    const stop = new AbortController();
    const lines: string[] = [];
    const ended = main(["index", "--watch", "s3://media/w", "--json"], {
      stdout: { write: (text) => void lines.push(...text.trim().split("\n")) },
      stderr: { write: (text) => void lines.push(text) },
      env: environment(home, { ...server.env, BUCKET_POLL_MS: "150" }),
      cwd: home,
      signal: stop.signal,
    });
    const told = async (type: string, name: string): Promise<void> => {
      await until(() =>
        lines.some((line) => line.includes(`"type":"${type}","file":"s3://media/w/${name}"`)),
      );
      expect(lines.join("\n")).toContain(`"type":"${type}","file":"s3://media/w/${name}"`);
    };
    await told("indexed", "one.vtt");
    await put("w/two.vtt", "lecture.vtt");
    await told("indexed", "two.vtt");
    lines.length = 0;
    await server.faults({ match: "GET /media", fail: 12, status: 403 });
    await bucket.put("w/two.vtt", bytes(readFileSync(join(FIXTURES, "minutes.vtt")), "\n"));
    await told("indexed", "two.vtt");
    expect(lines.join("\n")).not.toContain("deleted");
    await bucket.remove("w/one.vtt");
    await told("deleted", "one.vtt");
    stop.abort("SIGINT");
    expect(await ended).toBe(130);
  });
});
