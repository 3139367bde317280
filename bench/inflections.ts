// How many inflected queries find what is said, by language, with and without its endings: ten
// sentences a language (bench/languages/inflections.json), all of them in one library.
import { readFileSync } from "node:fs";
import type { ReadableLibrary } from "../src/backends/library.ts";
import { openBackend } from "../src/backends/registry.ts";
import { search } from "../src/search/hybrid.ts";

type Sentences = Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>>;

const sentences = JSON.parse(
  readFileSync(new URL("languages/inflections.json", import.meta.url), "utf8"),
) as Sentences;

const noEmbedder = (): never => {
  throw new Error("no vectors");
};

async function ask(library: ReadableLibrary, query: string): Promise<readonly string[]> {
  const request = { query, mode: "keyword", limit: 100, filter: {} } as const;
  const { hits } = await search(library, noEmbedder, request);
  return hits.map(({ segment }) => segment.text);
}

/** Finds out, for each query, whether its sentence comes first and how many others come too. */
async function measure(withEndings: boolean): Promise<Map<string, readonly string[]>> {
  const { library, close } = await openBackend("memory", { path: "", create: true });
  for (const [language, lines] of Object.entries(sentences))
    await library.versions.commit(
      {
        id: `/${language}`,
        sizeBytes: 1,
        mtimeMs: 1,
        fingerprint: language,
        sidecarKey: "",
        origin: "captions",
        engine: "captions",
        language: withEndings ? language : "und",
        durationMs: null,
        segments: lines.map(([text], index) => ({
          index,
          startMs: index * 1000,
          endMs: index * 1000 + 900,
          text,
          speaker: null,
          confidence: null,
          vector: null,
        })),
      },
      undefined,
    );
  const rows = new Map<string, readonly string[]>();
  for (const [language, lines] of Object.entries(sentences)) {
    const asked = lines.flatMap(([text, queries]) => queries.map((query) => ({ text, query })));
    const answers = await Promise.all(
      asked.map(async ({ text, query }) => ({ text, found: await ask(library, query) })),
    );
    const count = (is: (answer: (typeof answers)[number]) => boolean): string =>
      `${answers.filter(is).length}/${asked.length}`;
    const others = answers.flatMap(({ text, found }) => found.filter((one) => one !== text));
    rows.set(language, [
      count(({ text, found }) => found.includes(text)),
      count(({ text, found }) => found[0] === text),
      String(others.length),
    ]);
  }
  await close();
  return rows;
}

// Without comes first: endings that are loaded stay.
const without = await measure(false);
const endings = await measure(true);
console.log(
  "| | found, without | first | others | found, with | first | others |\n|---|---|---|---|---|---|---|",
);
for (const language of Object.keys(sentences))
  console.log(
    `| ${[language, ...(without.get(language) ?? []), ...(endings.get(language) ?? [])].join(" | ")} |`,
  );
