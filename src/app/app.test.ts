import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { type Context, createContext } from "./context.ts";
import type { AppEvent } from "./events.ts";
import type { IndexingEvent } from "./indexing/index-event.ts";
import { indexPaths, type IndexPathsRequest } from "./indexing/index-paths.ts";
import { listJobs, purgeJobs } from "./library/jobs.ts";
import { readStatus } from "./library/status.ts";

const LECTURE = new URL("../../fixtures/media/lecture.mp3", import.meta.url).pathname;

let folder: string;
let context: Context;
const told: AppEvent[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mediasearch-app-"));
  mkdirSync(join(folder, "talks"));
  copyFileSync(LECTURE, join(folder, "talks/lecture.mp3"));
  writeFileSync(
    join(folder, "talks/lecture.srt"),
    "1\n00:00:00,000 --> 00:00:02,000\nthe boiler is broken\n",
  );
  writeFileSync(join(folder, "talks/broken.mp3"), "no sound in this");
  const world = {
    env: { MEDIASEARCH_HOME: join(folder, "home"), HOME: folder },
    cwd: folder,
    signal: new AbortController().signal,
    tell: (event: AppEvent) => void told.push(event),
  };
  context = createContext(loadConfig({}, world), world);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const index = (request: Partial<IndexPathsRequest> = {}): Promise<IndexingEvent[]> =>
  Array.fromAsync(indexPaths(context, { locations: [join(folder, "talks")], ...request }));

it("indexes a folder without a terminal, and tells it as one stream that ends with the summary", async () => {
  const events = await index();
  expect(events[0]).toEqual({ type: "started" });
  expect(events.find(({ type }) => type === "indexed")).toMatchObject({
    path: join(folder, "talks/lecture.mp3"),
    transcript: { origin: "captions" },
    segmentCount: 1,
  });
  expect(events.find(({ type }) => type === "failed")).toMatchObject({
    path: join(folder, "talks/broken.mp3"),
  });
  expect(events.at(-1)).toMatchObject({
    type: "summary",
    counts: { found: 2, indexed: 1, captions: 1, failed: 1, segments: 1 },
  });
});

it("an aborted signal rejects the stream, after a summary of what was done", async () => {
  const stop = new AbortController();
  stop.abort("SIGINT");
  const events: IndexingEvent[] = [];
  const run = async (): Promise<void> => {
    for await (const event of indexPaths(
      { ...context, signal: stop.signal },
      { locations: [join(folder, "talks")] },
    ))
      events.push(event);
  };
  await expect(run()).rejects.toBe("SIGINT");
  expect(events.at(-1)).toMatchObject({ type: "summary", counts: { indexed: 0 } });
});

it("who leaves the stream stops the run, and the library is free again", async () => {
  for await (const event of indexPaths(context, { locations: [join(folder, "talks")] }))
    if (event.type === "found") break;
  const events = await index();
  expect(events.at(-1)).toMatchObject({ type: "summary", counts: { unchanged: 1 } });
});

it("who leaves the stream stops a download that a worker waits for", async () => {
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const registry = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.write("never more than this");
    response.once("close", stopped.resolve);
    asked.resolve();
  });
  await new Promise<void>((resolve) => void registry.listen(0, "127.0.0.1", resolve));
  const { port } = registry.address() as AddressInfo;
  const alone = join(folder, "alone.mp3");
  copyFileSync(LECTURE, alone);
  const { cwd, signal, tell } = context;
  const env = {
    ...context.env,
    MEDIASEARCH_HOME: join(folder, "home-without-models"),
    MEDIASEARCH_CACHE: join(folder, "no-models"),
    npm_config_registry: `http://127.0.0.1:${port}`,
  };
  const world = { env, cwd, signal, tell };
  const unequipped = createContext(loadConfig({}, world), world);
  try {
    let leftAt = 0;
    for await (const event of indexPaths(unequipped, { locations: [alone] }))
      if (event.type === "found") {
        await asked.promise;
        leftAt = performance.now();
        break;
      }
    await stopped.promise;
    // A download that is not stopped gives up by itself after a minute.
    expect(performance.now() - leftAt).toBeLessThan(30_000);
  } finally {
    registry.closeAllConnections();
    registry.close();
  }
});

it("a context for one operation has the same object store", async () => {
  const { signal, tell } = context;
  const own = context.within({ signal, tell });
  expect(await own.openObjects()).toBe(await context.openObjects());
});

it("lists the failed files, and the state of the library", async () => {
  const jobs = await listJobs(context);
  expect(jobs.map(({ id }) => id)).toEqual([join(folder, "talks/broken.mp3")]);
  expect(await listJobs(context, { files: ["lecture*"] })).toEqual([]);
  const status = await readStatus(context);
  expect(status).toMatchObject({
    counts: { segments: 1, assets: { indexed: 1 } },
    archived: 0,
    lastRun: { isRunning: false },
  });
  expect(Object.values(status.jobs)).toEqual([1]);
  await purgeJobs(context, jobs);
  expect(await listJobs(context)).toEqual([]);
});
