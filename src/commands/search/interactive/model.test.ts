import { describe, expect, it, onTestFinished } from "vitest";
import { MediasearchError } from "../../../errors.ts";
import type { SearchResult } from "../../../results/search-result.ts";
import { type SearchModel, createSearchModel, type SearchModelOptions } from "./model.ts";
import { typedSoFar } from "./typed-query.ts";
import { until } from "../../../../test/helpers/until.ts";

const result = (number: number, path: string): SearchResult => ({
  number,
  path,
  file: path,
  startMs: number * 61_000,
  endMs: number * 61_000 + 1000,
  speaker: null,
  text: path,
  score: 1,
  origin: "asr",
  before: [],
  after: [],
  folded: [],
  explain: null,
});

interface Asked {
  readonly query: string;
  readonly mode: string;
  answer(...paths: string[]): void;
  fail(error: unknown): void;
}

/** A model whose searches are answered by the test, when it likes. */
function open(more: Partial<SearchModelOptions> = {}): {
  readonly model: SearchModel;
  readonly asked: Asked[];
  readonly copied: string[];
} {
  const asked: Asked[] = [];
  const copied: string[] = [];
  const model = createSearchModel({
    mode: "hybrid",
    idleMs: 30,
    find: (query, mode) =>
      new Promise((resolve, reject) =>
        asked.push({
          query,
          mode,
          fail: reject,
          answer: (...paths) =>
            resolve({
              results: paths.map((path, i) => result(i + 1, path)),
              total: paths.length,
              momentTotal: paths.length,
              totalIs: "all",
              didYouMean: paths.length === 0 ? `${query} meant` : null,
              mark: (text) => [{ text, matched: false }],
            }),
        }),
      ),
    play: async () => {},
    open: async () => {},
    copy: (text) => void copied.push(text),
    onFirstLetter: () => {},
    ...more,
  });
  onTestFinished(() => model.close());
  return { model, asked, copied };
}

const paths = ({ state }: SearchModel): string[] => state().results.map(({ path }) => path);
const written = ({ state }: SearchModel): string =>
  `${state().letters.slice(0, state().cursor).join("")}|${state().letters.slice(state().cursor).join("")}`;

describe("the interactive search", () => {
  it("asks for words with every letter, and for meaning when nobody types", async () => {
    const { model, asked } = open();
    model.insert("bridg");
    expect(asked.map(({ query, mode }) => [query, mode])).toEqual([["bridg*", "keyword"]]);
    asked[0]?.answer("/words");
    await until(() => paths(model)[0] === "/words");
    expect(model.state()).toMatchObject({ shownMode: "keyword", isSearching: true });
    // Nobody said "bridg": it is the beginning of a word still.
    await until(() => asked.length === 2);
    expect(asked[1]).toMatchObject({ query: "bridg", mode: "keyword" });
    asked[1]?.answer();
    await until(() => asked.length === 3);
    expect(asked[2]).toMatchObject({ query: "bridg*", mode: "hybrid" });
    asked[2]?.answer("/meaning");
    await until(() => paths(model)[0] === "/meaning");
    expect(model.state()).toMatchObject({ shownMode: "hybrid", isSearching: false });
  });

  it("shows the newest answer, whatever comes back last", async () => {
    const { model, asked } = open({ idleMs: 60_000 });
    model.insert("ab");
    model.insert("c");
    asked[1]?.answer("/new");
    await until(() => paths(model)[0] === "/new");
    asked[0]?.answer("/old");
    await new Promise((done) => setTimeout(done, 20));
    expect(paths(model)).toEqual(["/new"]);
    model.remove("all");
    expect(model.state()).toMatchObject({ results: [], shownMode: null, isSearching: false });
  });

  it("keeps what is shown when a search fails, and says why until the next one", async () => {
    const { model, asked } = open({ idleMs: 60_000 });
    model.insert("abc");
    asked[0]?.answer("/a");
    await until(() => paths(model).length === 1);
    model.insert('"');
    asked[1]?.fail(
      new MediasearchError("USAGE", "the quotation mark has no end", { hint: 'end it with "' }),
    );
    await until(() => model.state().note !== null);
    expect(model.state()).toMatchObject({
      note: { text: 'the quotation mark has no end; end it with "', isError: true },
      results: [{ path: "/a" }],
    });
    model.insert("d");
    asked[2]?.answer("/b");
    await until(() => model.state().note === null);
  });

  it("keeps saying what is wrong with the question while the user moves, and not what was wrong with a hit", async () => {
    const { model, asked } = open({
      idleMs: 60_000,
      play: () => Promise.reject(new MediasearchError("UNREADABLE_MEDIA", "/a: gone")),
    });
    model.insert("abc");
    asked[0]?.answer("/a", "/b");
    await until(() => paths(model).length === 2);
    model.play();
    await until(() => model.state().note?.text === "/a: gone");
    model.select(1);
    expect(model.state().note).toBeNull();
    model.insert('"');
    asked[1]?.fail(new MediasearchError("USAGE", "the quotation mark has no end"));
    await until(() => model.state().note !== null);
    model.select(-1);
    expect(model.state().note?.text).toBe("the quotation mark has no end");
  });

  it("asks for a word as it stands when nothing begins so, and takes over what may have been meant", async () => {
    const { model, asked } = open();
    model.insert("brigde");
    asked[0]?.answer();
    await until(() => asked.length === 2);
    asked[1]?.answer();
    await until(() => asked.length === 3);
    expect(asked[2]).toMatchObject({ query: "brigde", mode: "hybrid" });
    asked[2]?.answer();
    await until(() => model.state().didYouMean === "brigde meant");
    model.takeSuggestion();
    expect(written(model)).toBe("brigde meant|");
  });

  it("stays on the chosen hit when meaning reorders the list, and within the list", async () => {
    const { model, asked } = open();
    model.insert("boats ");
    asked[0]?.answer("/a", "/b", "/c");
    await until(() => paths(model).length === 3);
    model.select(1);
    await until(() => asked.length === 2);
    // The same moment, now at another place.
    asked[1]?.answer("/x", "/b");
    await until(() => paths(model).length === 2);
    expect(model.state().results[model.state().selected]?.path).toBe("/b");
    model.select(10);
    expect(model.state().selected).toBe(1);
    model.select(-10);
    expect(model.state().selected).toBe(0);
  });

  it("goes on telling what the user did when the search that follows is done", async () => {
    const { model, asked } = open();
    model.insert("boats ");
    asked[0]?.answer("/a");
    await until(() => paths(model).length === 1);
    model.copyTime();
    await until(() => asked.length === 2);
    asked[1]?.answer("/a");
    await until(() => model.state().shownMode === "hybrid");
    expect(model.state().note?.text).toBe("copied 0:01:01 with its file and its words");
    model.insert("x");
    expect(model.state().note).toBeNull();
  });

  it("edits the question letter by letter as people see them", () => {
    const { model } = open({ idleMs: 60_000 });
    model.insert("né\u0301 👩‍👩‍👧 über\u001b[31m");
    expect(written(model)).toBe("né\u0301 👩‍👩‍👧 über [31m|");
    model.remove("word");
    model.remove("word");
    expect(written(model)).toBe("né\u0301 👩‍👩‍👧 |");
    model.moveCursor("left");
    model.remove("letter");
    expect(written(model)).toBe("né\u0301 | ");
    model.moveCursor("start");
    model.moveCursor("right");
    model.insert("a");
    expect(written(model)).toBe("na|é\u0301  ");
    model.moveCursor("end");
    expect(written(model)).toBe("naé\u0301  |");
  });

  it("plays the chosen hit, stops it, and says why it can't", async () => {
    const signals: AbortSignal[] = [];
    const { model, asked, copied } = open({
      idleMs: 60_000,
      play: (chosen, signal) => {
        signals.push(signal);
        if (chosen.path === "/broken")
          return Promise.reject(new MediasearchError("UNREADABLE_MEDIA", "/broken: gone"));
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason as Error)),
        );
      },
    });
    model.insert("abc");
    asked[0]?.answer("/a", "/broken");
    await until(() => paths(model).length === 2);
    model.play();
    expect(model.state().playing).toBe(1);
    model.stop();
    expect([model.state().playing, signals[0]?.aborted]).toEqual([null, true]);
    model.play();
    model.select(1);
    model.play();
    expect(signals[1]?.aborted).toBe(true);
    await until(() => model.state().note !== null);
    expect(model.state()).toMatchObject({
      playing: null,
      note: { text: "/broken: gone", isError: true },
    });
    model.copyTime();
    expect(copied).toEqual([expect.stringMatching(/broken {2}0:02:02 {2}.*\w/)]);
    expect(model.state().note?.text).toBe("copied 0:02:02 with its file and its words");
  });

  it("takes only what may be the beginning of a word for one", () => {
    for (const [typed, asked] of [
      ["bri", "bri*"],
      ["the bri", "the bri*"],
      ["br", "br"],
      ["bridge ", "bridge "],
      ['"the bri', '"the bri'],
      ['"a" bri', '"a" bri*'],
      ["a OR", "a OR"],
      ["speaker:ann", "speaker:ann"],
      ["bri*", "bri*"],
      ["(bri", "(bri*"],
    ] as const)
      expect(typedSoFar(typed), typed).toBe(asked);
  });
});
