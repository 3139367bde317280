import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { bytes } from "../../src/objects/object-store.contract.ts";
import type { ObjectStore } from "../../src/objects/object-store.ts";
import { openS3, type S3Objects } from "../../src/objects/s3/open.ts";
import { environment, mediasearch, tempFolder } from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

let s3: S3Server;
let objects: S3Objects;
let queue: TestServer;
let bucket: ObjectStore;
let home: string;

beforeAll(async () => {
  s3 = await startS3();
  objects = openS3(s3.options);
});
afterAll(async () => {
  objects.close();
  await s3.stop();
});
beforeEach(async () => {
  home = tempFolder();
  bucket = objects.bucket("media");
  queue = await startServer("sqs-server.ts");
});
afterEach(async () => {
  await queue.stop();
  for await (const { key } of bucket.list("")) await bucket.remove(key);
});

const put = async (key: string, words: string): Promise<void> =>
  void (await bucket.put(
    key,
    bytes(Buffer.from(`WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge and ${words}.\n`)),
  ));
const record = (key: string, eventName = "ObjectCreated:Put"): unknown => ({
  eventVersion: "2.3",
  eventSource: "aws:s3",
  eventName,
  s3: {
    bucket: { name: "media" },
    object: { key: encodeURIComponent(key).replaceAll("%20", "+") },
  },
});
const send = async (...bodies: readonly unknown[]): Promise<void> =>
  void (await fetch(`${queue.url}/send`, {
    method: "POST",
    body: JSON.stringify(
      bodies.map((body) => (typeof body === "string" ? body : JSON.stringify(body))),
    ),
  }));
const event = (key: string, name?: string): unknown => ({ Records: [record(key, name)] });
const left = async (): Promise<number> => Number(await (await fetch(`${queue.url}/left`)).text());

const settings = (): Record<string, string> => ({
  ...s3.env,
  EVENTS_USER: "key",
  EVENTS_PASSWORD: "secret",
  BASE_RETRY_DELAY_MS: "10",
});
const address = (): string => `sqs+http://127.0.0.1:${queue.port}/123456789012/events`;

interface Following {
  readonly lines: string[];
  readonly told: (type: string, name: string) => Promise<void>;
  readonly stop: () => Promise<number>;
}

function follow(more: readonly string[] = []): Following {
  const stop = new AbortController();
  const lines: string[] = [];
  const ended = main(
    ["index", "--watch", "s3://media/talks/", "--events", address(), "--json", ...more],
    {
      stdout: { write: (text) => void lines.push(...text.trim().split("\n")) },
      stderr: { write: (text) => void lines.push(text) },
      env: environment(home, settings()),
      cwd: home,
      signal: stop.signal,
    },
  );
  return {
    lines,
    told: async (type, name) => {
      const wanted = `"type":"${type}","file":"s3://media/talks/${name}"`;
      await until(() => lines.some((line) => line.includes(wanted)));
    },
    stop: async () => {
      stop.abort("SIGINT");
      return ended;
    },
  };
}
const find = async (): Promise<string[]> => {
  const { stdout } = await mediasearch(
    ["search", "bridge", "--mode", "keyword", "--json", "--all-hits"],
    { home },
  );
  return (JSON.parse(stdout) as { hits: { file: string }[] }).hits
    .map(({ file }) => file)
    .toSorted();
};
const count = (lines: readonly string[], type: string): number =>
  lines.filter((line) => line.startsWith(`{"type":"${type}"`)).length;

describe("index --watch --events", () => {
  it("finds what comes, changes and goes by events, whatever their order and number; the object store decides", async () => {
    await put("talks/one.vtt", "a harbour");
    const run = follow();
    await run.told("indexed", "one.vtt");
    await put("talks/two words+more.vtt", "a mill");
    await send(
      event("talks/two words+more.vtt"),
      event("talks/two words+more.vtt"),
      event("talks/two words+more.vtt", "ObjectRemoved:Delete"),
      event("talks/never-there.vtt"),
      event("elsewhere/x.vtt"),
      { Service: "Amazon S3", Event: "s3:TestEvent" },
    );
    await run.told("indexed", "two words+more.vtt");
    await put("talks/one.vtt", "a lighthouse");
    await send(event("talks/one.vtt"));
    await until(() => count(run.lines, "indexed") === 3);
    await bucket.remove("talks/two words+more.vtt");
    await send(event("talks/two words+more.vtt", "ObjectRemoved:DeleteMarkerCreated"));
    await run.told("deleted", "two words+more.vtt");
    await until(async () => (await left()) === 0);
    expect(await run.stop()).toBe(130);
    const events = JSON.parse(run.lines.findLast((line) => line.includes('"events"')) ?? "");
    expect(events).toMatchObject({ elsewhere: 1, ignored: 1, unusable: 0, waiting: 0 });
    expect(events.received).toBeGreaterThanOrEqual(8);
    expect(await find()).toEqual(["s3://media/talks/one.vtt"]);
    expect(count(run.lines, "failed")).toBe(0);
  });

  it("keeps what nobody can read apart, tells it, and goes on", async () => {
    const run = follow();
    await send("{", { hello: "world" }, event("talks/one.vtt"));
    await put("talks/one.vtt", "a harbour");
    await send(event("talks/one.vtt"));
    await run.told("indexed", "one.vtt");
    await until(async () => (await left()) === 0);
    expect(run.lines.join("\n")).toMatch(
      /can't be read: it is no JSON; it is in .*event-dead-letters/,
    );
    await run.stop();
    const file = readFileSync(join(home, "event-dead-letters.jsonl"), "utf8");
    const letters = file
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(letters.map(({ reason }) => reason).toSorted()).toEqual([
      "it is no JSON",
      "it is no event of a kind that is known",
    ]);
    expect(
      Buffer.from(letters.find(({ body }) => body.length < 10)?.body, "base64").toString(),
    ).toBe("{");
  });

  it("does not list the bucket again after a restart, and takes up what was told and not done", async () => {
    await put("talks/one.vtt", "a harbour");
    const first = follow();
    await first.told("indexed", "one.vtt");
    await until(async () => {
      const { default: Sqlite } = await import("better-sqlite3");
      const db = new Sqlite(join(home, "library.sqlite"), { readonly: true });
      const looked = db
        .prepare("SELECT count(*) FROM records WHERE kind = 'event-look'")
        .pluck()
        .get();
      db.close();
      return looked === 1;
    });
    await first.stop();
    await put("talks/unheard.vtt", "a mill");
    await put("talks/heard.vtt", "a lighthouse");
    // As a process leaves it that was killed after it had acknowledged the message.
    const { open } = await import("../../src/backends/local/open.ts");
    const { addHints } = await import("../../src/backends/hints.ts");
    const library = await open({ path: join(home, "library.sqlite"), create: false });
    await addHints(
      library.records,
      [["s3://media/talks/heard.vtt"]],
      "a run that is gone",
      Date.now(),
    );
    await library.close();
    const second = follow();
    await second.told("indexed", "heard.vtt");
    expect(await find()).toEqual(["s3://media/talks/heard.vtt", "s3://media/talks/one.vtt"]);
    await second.stop();
    // What no event told, the next listing finds.
    const third = follow(["--reconcile", "1s"]);
    await third.told("indexed", "unheard.vtt");
    expect(third.lines.join("\n")).toContain("the bucket is listed again");
    await third.stop();
  });

  it("outlives a queue that is away, and refuses one that is not there", async () => {
    const run = follow();
    await until(() => existsSync(join(home, "library.sqlite")));
    await fetch(`${queue.url}/away`);
    await until(() => run.lines.some((line) => line.includes("does not answer, waiting")));
    await put("talks/one.vtt", "a harbour");
    await send(event("talks/one.vtt"));
    await fetch(`${queue.url}/back`);
    await run.told("indexed", "one.vtt");
    expect(run.lines.join("\n")).toContain("is back");
    await run.stop();
    const missing = await mediasearch(
      ["index", "--watch", "s3://media/talks/", "--events", address().replace("events", "other")],
      { home, env: settings() },
    );
    expect([missing.exitCode, missing.stderr]).toEqual([
      17,
      expect.stringContaining("there is no such queue"),
    ]);
  });

  it("goes with --watch and buckets, and addresses that it knows", async () => {
    const index = (...argv: readonly string[]) =>
      mediasearch(["index", ...argv], { home, cwd: home, env: settings() });
    for (const argv of [
      ["s3://media/talks/", "--events", address()],
      ["--watch", home, "--events", address()],
      ["--watch", "s3://media/talks/", "--events", "redis://x/y"],
      ["--watch", "s3://media/talks/", "--events", "kafka://user:secret@x/y"],
      ["--watch", "s3://media/talks/", "--events", address(), "--reconcile", "soon"],
    ]) {
      const { exitCode, stderr } = await index(...argv);
      expect([exitCode, argv.join(" ")]).toEqual([2, argv.join(" ")]);
      expect(stderr).not.toContain("secret");
    }
    const half = await mediasearch(
      ["index", "--watch", "s3://media/talks/", "--events", address()],
      {
        home,
        env: { ...s3.env, EVENTS_USER: "key" },
      },
    );
    expect([half.exitCode, half.stderr]).toEqual([12, expect.stringContaining("belong together")]);
  });
});
