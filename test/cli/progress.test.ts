import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createContext } from "../../src/app/context.ts";
import type { IndexingEvent } from "../../src/app/indexing/index-event.ts";
import { indexPaths } from "../../src/app/indexing/index-paths.ts";
import { loadConfig } from "../../src/config/load.ts";
import { environment, FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

function library(): { readonly home: string; readonly media: string } {
  const home = tempFolder();
  const media = join(home, "media");
  mkdirSync(media);
  copyFileSync(join(FIXTURES, "bees.flac"), join(media, "bees.flac"));
  return { home, media };
}

async function eventsOf(
  home: string,
  media: string,
  flags: { readonly jobs?: string } = {},
): Promise<readonly IndexingEvent[]> {
  const signal = new AbortController().signal;
  const world = { env: environment(home), cwd: home, signal, tell: () => {} };
  const context = createContext(loadConfig(flags, world), world);
  return Array.fromAsync(indexPaths(context, { locations: [media], estimate: true }));
}

const expected = (events: readonly IndexingEvent[]) =>
  new Map(
    events.flatMap((event) =>
      event.type === "expected" ? [[basename(event.work.path), event.work] as const] : [],
    ),
  );

describe("a run that is watched", () => {
  it("tells what there is to do before it is done, each phase by name, and its busy time", async () => {
    const { home, media } = library();
    writeFileSync(join(media, "damaged.mp3"), "nothing that could be heard");
    const captions = "WEBVTT\n\n00:00.000 --> 00:04.000\nThe bridge was closed in the spring.\n";
    writeFileSync(join(media, "talk.vtt"), captions);
    const events = await eventsOf(home, media);
    const works = expected(events);
    expect(works.get("bees.flac")).toMatchObject({ kind: "audio" });
    expect(works.get("bees.flac")?.durationMs).toBeGreaterThan(4000);
    expect(works.get("damaged.mp3")?.durationMs ?? 0).toBe(0);
    expect(works.get("talk.vtt")).toMatchObject({
      kind: "captions",
      sizeBytes: captions.length,
    });
    const phases = events.flatMap((event) =>
      event.type === "phase" && event.path.endsWith("bees.flac") ? [event.phase] : [],
    );
    expect(phases).toEqual(["reading", "loading", "recognising", "embedding"]);
    const summary = events.find((event) => event.type === "summary");
    expect(summary?.counts.busyMs).toBeGreaterThan(100);
    expect(summary?.counts.busyMs).toBeLessThanOrEqual(summary?.wallMs ?? 0);
    // Nothing of a file that did not change is expected again.
    expect([...expected(await eventsOf(home, media)).keys()]).not.toContain("bees.flac");
  });

  it("says that a copy waits for the other one, and expects nothing of it", async () => {
    const { home, media } = library();
    copyFileSync(join(media, "bees.flac"), join(media, "copy.flac"));
    const events = await eventsOf(home, media, { jobs: "2" });
    const waiting = events.flatMap((event) =>
      event.type === "phase" && event.phase === "awaiting-copy" ? [basename(event.path)] : [],
    );
    expect(waiting).toHaveLength(1);
    const lengths = [...expected(events).values()].map(({ durationMs }) => durationMs);
    expect(lengths.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, expect.any(Number)]);
    expect(lengths[0]).not.toBe(lengths[1]);
  });

  it("shows what is recognised as it comes, as lines or as JSON, each once", async () => {
    const { home, media } = library();
    const read = await mediasearch(["index", media, "--print"], { home, cwd: home });
    expect(read.stdout).toMatch(/^media\/bees\.flac {2}0:00:00 {2}Bees visit .* honey\.\n$/);
    expect(read.stderr).toMatch(/\d s: 5 s of audio recognised, \d+\.\d× real time$/m);
    const other = library();
    const asJson = await mediasearch(["index", other.media, "--print", "--json"], {
      home: other.home,
      cwd: other.home,
    });
    const told = asJson.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; lines?: readonly { text: string }[] })
      .filter(({ type }) => type === "recognised");
    expect(told.flatMap(({ lines = [] }) => lines.map(({ text }) => text))).toEqual([
      expect.stringMatching(/^Bees visit .* honey\.$/),
    ]);
    const silent = await mediasearch(["index", other.media], { home: other.home, cwd: other.home });
    expect(silent.stdout).toBe("");
  });
});
