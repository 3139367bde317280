import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { listAssets } from "../assets.ts";
import { type Context, createContext } from "../context.ts";
import { indexPaths } from "../indexing/index-paths.ts";
import { readTranscript } from "../transcript.ts";
import { openSession, type SearchSession } from "./session.ts";

const MINUTES = new URL("../../../fixtures/media/minutes.vtt", import.meta.url).pathname;

let folder: string;
let context: Context;
let session: SearchSession;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mediasearch-search-"));
  copyFileSync(MINUTES, join(folder, "minutes.vtt"));
  copyFileSync(MINUTES, join(folder, "other.vtt"));
  const world = {
    env: { MEDIASEARCH_HOME: join(folder, "home"), HOME: folder },
    cwd: folder,
    signal: new AbortController().signal,
    tell: () => {},
  };
  context = createContext(loadConfig({}, world), world);
  session = openSession(context, { viewFor: "call", fresh: false });
});

afterAll(async () => {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the application without a terminal", () => {
  it("says that there is no library, and finds it once there is one", async () => {
    const request = { query: "fee", mode: "keyword" } as const;
    await expect(session.search(request)).rejects.toMatchObject({ code: "NO_STORE" });
    await Array.fromAsync(indexPaths(context, { locations: [folder] }));
    const { page } = await session.search(request);
    expect(page.results.map(({ file }) => file)).toEqual(["minutes.vtt", "other.vtt"]);
  });

  it("searches a page of what a typed request means, and marks what matches", async () => {
    const { page, mark, matchesAnyFile } = await session.search({
      query: "fee",
      mode: "keyword",
      file: "other.vtt",
      speaker: "treasurer",
      context: 1,
    });
    expect(page).toMatchObject({ total: 1, offset: 0, mode: "keyword" });
    expect(page.results[0]).toMatchObject({ number: 1, file: "other.vtt", startMs: 4200 });
    expect(page.results[0]?.before).toHaveLength(1);
    expect(mark("The fee stays")).toEqual([
      { text: "The ", matched: false },
      { text: "fee", matched: true },
      { text: " stays", matched: false },
    ]);
    expect(matchesAnyFile).toBe(true);
    const none = await session.search({ query: "fee", mode: "keyword", file: "absent.mp3" });
    expect([none.matchesAnyFile, none.page.total]).toEqual([false, 0]);
  });

  it("names the part of a request that is wrong, and no flag", async () => {
    await expect(session.search({ query: "fee", after: "soon" })).rejects.toMatchObject({
      code: "USAGE",
      subject: "after",
      message: expect.stringMatching(/^after: must be a date/),
    });
  });

  it("lists files in the order that was asked for", async () => {
    const library = await session.library();
    const names = async (reverse: boolean): Promise<string[]> =>
      (await listAssets(library.catalog, folder, { sort: "file", reverse })).map(({ id }) => id);
    const forward = [join(folder, "minutes.vtt"), join(folder, "other.vtt")];
    expect(await names(false)).toEqual(forward);
    expect(await names(true)).toEqual(forward.toReversed());
    expect(await listAssets(library.catalog, folder, { state: "failed" })).toEqual([]);
  });

  it("reads a transcript, or the part of it that is said at a time", async () => {
    const library = await session.library();
    const whole = await readTranscript(library, folder, { file: "minutes.vtt" });
    expect(whole.segments.map(({ startMs }) => startMs)).toHaveLength(3);
    const part = await readTranscript(library, folder, {
      file: "minutes.vtt",
      fromMs: 4200,
      untilMs: 9000,
    });
    expect(part.segments.map(({ startMs }) => startMs)).toEqual([4200]);
    const at = { startMs: 5000, endMs: 6000 };
    const near = await readTranscript(library, folder, {
      file: "minutes.vtt",
      around: { at, lines: 1 },
    });
    expect([near.nearest?.startMs, near.segments.length]).toEqual([4200, 3]);
    await expect(readTranscript(library, folder, { file: "x.mp3" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
