import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { type Context, createContext } from "../context.ts";
import { openSession } from "../search/session.ts";
import { indexPaths } from "./index-paths.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-quality-"));

const contextWith = (searchQuality?: string): Context => {
  const world = {
    env: { MEDIASEARCH_HOME: join(folder, "home"), HOME: folder, SEARCH_QUALITY: searchQuality },
    cwd: folder,
    signal: new AbortController().signal,
    tell: () => {},
  };
  return createContext(loadConfig({}, world), world);
};
const [unset, standard, best] = [undefined, "standard", "best"].map((quality) =>
  contextWith(quality),
) as [Context, Context, Context];

beforeAll(() => {
  for (const [name, text] of [
    ["a", "The boiler is broken."],
    ["b", "We went to the sea."],
  ])
    writeFileSync(join(folder, `${name}.srt`), `1\n00:00:00,000 --> 00:00:02,000\n${text}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nearest = async (context: Context): Promise<string | undefined> => {
  const session = openSession(context, { viewFor: "call", fresh: false });
  const { page } = await session.search({ query: "a trip to the coast", mode: "semantic" });
  await session.close();
  return page.results[0]?.text;
};
const index = (context: Context) => Array.fromAsync(indexPaths(context, { locations: [folder] }));
const dimensions = async (): Promise<number | undefined> => {
  const backend = await standard.openBackend(false);
  const model = await backend.library.embeddings.model();
  await backend.close();
  return model?.dimensions;
};

it("changes with SEARCH_QUALITY by the next run; until then searches, and runs without it, go by what the library has", async () => {
  await index(standard);
  expect([await dimensions(), await nearest(best)]).toEqual([384, "We went to the sea."]);
  const events = await index(best);
  expect(events).toContainEqual({
    type: "notice",
    text: "making all vectors anew for SEARCH_QUALITY=best; searches go by the old ones meanwhile",
  });
  expect([await dimensions(), await nearest(standard)]).toEqual([768, "We went to the sea."]);
  writeFileSync(join(folder, "c.srt"), "1\n00:00:00,000 --> 00:00:02,000\nPaint the fence.\n");
  const later = await index(unset);
  expect(later.at(-1)).toMatchObject({ counts: { indexed: 1, partial: 0 } });
  expect(await dimensions()).toBe(768);
  await Array.fromAsync(indexPaths(standard, { locations: [folder], dryRun: true }));
  expect(await dimensions()).toBe(768);
});
