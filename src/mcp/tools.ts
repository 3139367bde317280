import { readFileSync } from "node:fs";
import { assetRecord, listAssets, readFacts, readParts, SORT_KEYS } from "../app/assets.ts";
import type { ListRequest, SearchRequest } from "../app/requests.ts";
import type { SearchSession } from "../app/search/session.ts";
import { parseTimeRange, type TimeRange } from "../app/time-range.ts";
import { readTranscript, timeWords, transcriptRecord } from "../app/transcript.ts";
import { MediasearchError } from "../errors.ts";
import { pageRecord } from "../results/records.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** What the tools read from. */
export interface ToolServices {
  readonly session: SearchSession;
  /** Where relative paths start. */
  readonly cwd: string;
}

/** What an assistant can call. A tool only reads. Arguments have passed the input schema before. */
export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: JsonSchema;
  readonly output: JsonSchema;
  /** @returns what the output schema describes. */
  readonly call: (args: JsonSchema, services: ToolServices) => Promise<JsonSchema>;
}

const stringSchema = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: "string",
  description,
  ...more,
});
const integerSchema = (
  description: string,
  minimum: number,
  maximum: number,
  fallback: number,
): JsonSchema => ({
  type: "integer",
  description,
  minimum,
  maximum,
  default: fallback,
});
const objectSchema = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
/** Longer patterns are nobody's, and each is compared with every file. */
const MAX_PATTERN = 500;
const OFFSET = integerSchema("pass over so many: the next page", 0, 1_000_000, 0);

/**
 * A published schema, with what a tool adds. Its id would be one too many for a validator that sees
 * it again.
 */
function published(name: string, more: JsonSchema = {}): JsonSchema {
  const { $id: _id, ...schema } = JSON.parse(
    readFileSync(new URL(`../../docs/schemas/${name}.v1.json`, import.meta.url), "utf8"),
  ) as { readonly $id: string; readonly properties: JsonSchema };
  return { ...schema, properties: { ...schema.properties, ...more } };
}

const numberArgument = (args: JsonSchema, name: string, fallback: number): number =>
  typeof args[name] === "number" ? args[name] : fallback;
const textArgument = (args: JsonSchema, name: string): string | undefined =>
  typeof args[name] === "string" ? args[name] : undefined;
const time = (args: JsonSchema, name: string): TimeRange | undefined => {
  const written = textArgument(args, name);
  return written === undefined ? undefined : parseTimeRange(name, written);
};

const SEARCH_TOOL: McpTool = {
  name: "search",
  title: "Search recordings",
  description:
    "Finds what was said in the user's audio and video recordings. Returns passages with file, start and end in milliseconds, speaker and words, best first. " +
    "No hits means that nobody said it. note says when no word of the query is said and the hits are only near in meaning. " +
    'Ask in plain words; hybrid mode finds meanings as well as words, keyword mode words only. What signs in the query ask for must hold: "exact words", -without, a AND b, ' +
    'a OR b, pre*, bud?et, *fix, budgt~ (misspelt), "fees school"~5 (near each other), /regex/, near:12:30, speaker:ann, file:*.mp3, title:bridge, show:name, chapter:words, lang:en, origin:captions, after:2026-01-01, before:2026-02, duration:>10m, confidence:>0.8.',
  input: objectSchema(
    {
      query: stringSchema("what was said", { minLength: 1, maxLength: 1000 }),
      mode: stringSchema("hybrid joins words and meaning", {
        enum: ["hybrid", "keyword", "semantic"],
        default: "hybrid",
      }),
      limit: integerSchema("at most so many hits", 1, 50, 10),
      offset: OFFSET,
      min_score: {
        type: "number",
        description:
          "only hits with at least this score; else those are left out that have no word of the query and are near only by chance",
      },
      all_hits: {
        type: "boolean",
        description: "list hits of the same moment one by one, not in moment.hits of the best",
        default: false,
      },
      context: integerSchema("lines of the transcript before and after each hit", 0, 10, 1),
      file: stringSchema("only in this file: a path, a name or a glob", { maxLength: MAX_PATTERN }),
      speaker: stringSchema("only what this speaker said", { maxLength: 200 }),
    },
    ["query"],
  ),
  output: published("search"),
  async call(args, { session }) {
    const query = (textArgument(args, "query") ?? "").trim();
    if (query === "") throw new MediasearchError("USAGE", "query: nothing to search for");
    const { page } = await session.search({
      query,
      mode: textArgument(args, "mode") as SearchRequest["mode"],
      limit: numberArgument(args, "limit", 10),
      offset: numberArgument(args, "offset", 0),
      context: numberArgument(args, "context", 1),
      allHits: args["all_hits"] === true,
      minScore: typeof args["min_score"] === "number" ? args["min_score"] : undefined,
      file: textArgument(args, "file"),
      speaker: textArgument(args, "speaker"),
    });
    return pageRecord(page, false);
  },
};

const TRANSCRIPT_TOOL: McpTool = {
  name: "transcript",
  title: "Read a transcript",
  description:
    "What is said in one recording, in order, or a part of it. Times are milliseconds. total says how many lines there are in that part; offset turns pages.",
  input: objectSchema(
    {
      file: stringSchema("a path, or a name that only one file has", {
        minLength: 1,
        maxLength: 4096,
      }),
      from: stringSchema("begin at this time: 1:23:45, 12:30 or seconds", { maxLength: 40 }),
      to: stringSchema("end at this time", { maxLength: 40 }),
      words: {
        type: "boolean",
        description: "adds the words of each line with their times, where these are known",
        default: false,
      },
      limit: integerSchema("at most so many lines", 1, 500, 200),
      offset: OFFSET,
    },
    ["file"],
  ),
  output: published("transcript", {
    total: { type: "integer", minimum: 0 },
    offset: { type: "integer", minimum: 0 },
  }),
  async call(args, { session, cwd }) {
    const [from, to] = [time(args, "from"), time(args, "to")];
    const library = await session.library();
    const { asset, file, segments } = await readTranscript(library, cwd, {
      file: textArgument(args, "file") ?? "",
      fromMs: from?.startMs,
      untilMs: to?.endMs,
    });
    const offset = numberArgument(args, "offset", 0);
    const page = segments.slice(offset, offset + numberArgument(args, "limit", 200));
    const lines =
      args["words"] === true
        ? await timeWords(page, asset.fingerprint, await session.records())
        : page;
    return {
      ...transcriptRecord(asset, file, lines),
      total: segments.length,
      offset,
    };
  },
};

const LIST_TOOL: McpTool = {
  name: "list",
  title: "List recordings",
  description:
    "The recordings of the library with title, length, language, speakers, origin of the transcript and state.",
  input: objectSchema({
    file: stringSchema("only these files: a path, a name or a glob", { maxLength: MAX_PATTERN }),
    title: stringSchema("only with these words in the title", { maxLength: 200 }),
    show: stringSchema("only of this show, podcast or channel", { maxLength: 200 }),
    state: stringSchema("only files in this state", {
      enum: ["registered", "indexed", "partial", "failed", "deleted"],
    }),
    sort: stringSchema("text upwards, amounts and times from the most down", {
      enum: SORT_KEYS,
      default: "file",
    }),
    limit: integerSchema("at most so many files", 1, 200, 50),
    offset: OFFSET,
  }),
  output: published("list", { offset: { type: "integer", minimum: 0 } }),
  async call(args, { session, cwd }) {
    const { catalog } = await session.library();
    const records = await session.records();
    const request = {
      file: textArgument(args, "file"),
      title: textArgument(args, "title"),
      show: textArgument(args, "show"),
      state: textArgument(args, "state") as ListRequest["state"],
      sort: textArgument(args, "sort") as ListRequest["sort"],
    };
    const assets = await listAssets(catalog, cwd, request, records);
    const factsOf = await readFacts(records);
    const offset = numberArgument(args, "offset", 0);
    const shown = assets.slice(offset, offset + numberArgument(args, "limit", 50));
    const parts = await readParts(shown, catalog, factsOf);
    return {
      version: 1,
      total: assets.length,
      offset,
      files: shown.map((asset) =>
        assetRecord(asset, cwd, factsOf(asset.fingerprint), parts.get(asset.id)),
      ),
    };
  },
};

export const MCP_TOOLS: readonly McpTool[] = [SEARCH_TOOL, TRANSCRIPT_TOOL, LIST_TOOL];
