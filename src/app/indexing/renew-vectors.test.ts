import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { embedderOf, libraryModelId } from "../../embedding-model.ts";
import { type Context, createContext } from "../context.ts";
import type { AppEvent } from "../events.ts";
import { openSession } from "../search/session.ts";
import { indexPaths } from "./index-paths.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-renew-"));
const told: AppEvent[] = [];
let context: Context;

beforeAll(() => {
  const world = {
    env: { MEDIASEARCH_HOME: join(folder, "home"), HOME: folder },
    cwd: folder,
    signal: new AbortController().signal,
    tell: (event: AppEvent) => void told.push(event),
  };
  context = createContext(loadConfig({}, world), world);
  for (const [name, text] of [
    ["a", "The boiler is broken."],
    ["b", "We went to the sea."],
  ])
    writeFileSync(join(folder, `${name}.srt`), `1\n00:00:00,000 --> 00:00:02,000\n${text}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nearest = async (query: string): Promise<string | undefined> => {
  const session = openSession(context, { viewFor: "call", fresh: false });
  const { page } = await session.search({ query, mode: "semantic", minScore: -2 });
  await session.close();
  return page.results[0]?.text;
};

it("makes the vectors of an older library anew, which answers until then", async () => {
  const index = () => Array.fromAsync(indexPaths(context, { locations: [folder] }));
  await index();
  const present = await context.identifyEmbedder();
  const older = { ...present, embedder: libraryModelId(embedderOf(present), "passages") };
  const backend = await context.openBackend(false);
  const embedder = await context.openEmbedder();
  const { embeddings } = backend.library;
  // The older way is marked by what it says: the vectors of other words.
  await embeddings.rebuild(older, async (segments) =>
    embedder.embed(
      segments.map(({ text }) => (text.includes("sea") ? "heating" : "holidays")),
      { as: "passage" },
    ),
  );
  await embedder.close();
  expect(await nearest("heating")).toBe("We went to the sea.");

  const events = await index();
  expect(events.filter(({ type }) => type === "unchanged")).toHaveLength(2);
  expect(events).toContainEqual({
    type: "counted",
    unit: "segments embedded anew",
    done: 2,
    total: 2,
  });
  expect(await embeddings.model()).toEqual(present);
  expect(await nearest("heating")).toBe("The boiler is broken.");
  await backend.close();
});
