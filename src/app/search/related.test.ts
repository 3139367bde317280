import { expect, it } from "vitest";
import { open } from "../../backends/memory/open.ts";
import { resultRecord } from "../../results/records.ts";
import { pageText } from "../../results/screen.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { addRelated } from "./related.ts";
import { commitDirections } from "../../../test/helpers/directions.ts";

const resultAt = (path: string, startMs: number): SearchResult => ({
  number: 1,
  path,
  file: path,
  startMs,
  endMs: startMs + 5000,
  speaker: null,
  text: "",
  score: 1,
  origin: "asr",
  before: [],
  after: [],
  folded: [],
  explain: null,
});

it("shows with each hit what is near it in all files, but not its own moment", async () => {
  const { library } = await open();
  await commitDirections(library, "/work/a.mp3", [
    [1, 0],
    [0, 1],
    [0.8, 0.6],
  ]);
  await commitDirections(library, "/work/c.mp3", [[0.96, 0.28], [0.28, 0.96], null]);
  const hits = [resultAt("/work/a.mp3", 0), resultAt("/work/c.mp3", 480_000)];
  const [first, unknown] = await addRelated(library, hits, { most: 2, cwd: "/work" });
  expect(first && resultRecord(first).related).toEqual([
    {
      file: "/work/c.mp3",
      displayFile: "c.mp3",
      startMs: 0,
      endMs: 5000,
      speaker: null,
      text: "/work/c.mp3 0",
      score: 0.96,
    },
    {
      file: "/work/a.mp3",
      displayFile: "a.mp3",
      startMs: 480_000,
      endMs: 485_000,
      speaker: null,
      text: "/work/a.mp3 2",
      score: 0.8,
    },
  ]);
  expect(unknown?.related).toEqual([]);
  const shown = pageText(
    first ? [first] : [],
    {
      paint: (_style, text) => text,
      link: (text) => text,
      columns: 100,
      mark: (text) => [{ text, matched: false }],
    },
    false,
  );
  expect(shown).toContain("~ c.mp3  0:00:00 /work/c.mp3 0");
});
