import { expect, it } from "vitest";
import { writeEdits } from "../backends/edits.ts";
import { commit, version } from "../backends/library-case.contract.ts";
import { open } from "../backends/memory/open.ts";
import { writeWordTimes } from "../backends/word-times.ts";
import { PIPELINE_VERSION } from "../fingerprint.ts";
import { wordsToTellApart } from "./words-to-tell-apart.ts";

const madeOf = (track: number): string =>
  `${PIPELINE_VERSION}|abc||prefer||local|selection-audio=${track}&of=2`;
const OPTIONS = {
  captions: "prefer",
  language: undefined,
  engines: ["local"],
  speakers: "auto",
} as const;

it("words whose speakers are told are those of the track, not of another that was corrected", async () => {
  const { library, records } = await open();
  const spoken = [{ text: "the old bridge", words: words("the", "old", "bridge") }];
  const about = { fingerprint: madeOf(2) };
  await commit(library, "/film.mkv", spoken, about);
  await writeWordTimes(records, about.fingerprint, version("/film.mkv", spoken).segments);
  const other = version("/film.mkv", [{ text: "le vieux pont" }], { fingerprint: madeOf(1) });
  await writeEdits(records, "abc", {
    base: { ...other, engine: "e@1" },
    steps: [{ kind: "rename", from: ["Speaker 1"], to: "Ada", atMs: 1 }],
  });
  const asset = await library.catalog.get("/film.mkv");
  const digest = { content: "abc", captions: "" };
  const found = await wordsToTellApart(asset, digest, { library, records }, OPTIONS);
  expect(found?.known.cues.map(({ text }) => text)).toEqual(["the old bridge"]);
});

const words = (...texts: readonly string[]) =>
  texts.map((text, i) => ({ text, startMs: i * 500, endMs: i * 500 + 400 }));
