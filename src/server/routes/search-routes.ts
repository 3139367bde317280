import type { Identity } from "../../app/access/identity.ts";
import type { SearchArgs } from "../reads/search.ts";
import type { FilesArgs } from "../reads/files.ts";
import { sightOf } from "../authenticate.ts";
import { usageError } from "../problem.ts";
import {
  INTEGER,
  type Reply,
  type Route,
  type RouteParameter,
  type Services,
  STRING,
} from "../route.ts";

const parameter = (schema: RouteParameter["schema"], description: string): RouteParameter => ({
  schema,
  description,
});

/** Conditions that searches and lists of files share. */
export const FILTERS = {
  file: parameter(STRING(1000), "a name, or a glob of names"),
  speaker: parameter(STRING(500), "a speaker's name, or a part of it"),
  title: parameter(STRING(500), "words in a row in the title of the recording"),
  show: parameter(STRING(500), "words in a row in the name of its show, podcast or channel"),
  chapter: parameter(STRING(500), "words in a row in the heading of a chapter"),
  lang: parameter(STRING(50), "a language tag: en takes en-GB too"),
  origin: parameter({ enum: ["captions", "asr"] }, "where the words came from"),
  after: parameter(STRING(50), "recorded on or after this day: 2026, 2026-01-31, yesterday, 7d"),
  before: parameter(STRING(50), "recorded before this day"),
  duration: parameter(STRING(50), "length of the file: >10m, <=1h30m, 10m..20m"),
  collection: parameter(STRING(200), "id of a collection"),
  tag: parameter(STRING(200), "a tag of the files"),
} as const;

export const SEARCH_QUERY = {
  q: { ...parameter(STRING(2000), "the words, in the query language"), required: true },
  mode: parameter({ enum: ["keyword", "semantic", "hybrid"] }, "hybrid unless given"),
  limit: parameter(INTEGER(1, 1000), "the most hits of this page; 10 unless given"),
  offset: parameter(INTEGER(0, 1_000_000), "better hits to pass over"),
  context: parameter(INTEGER(0, 50), "lines before and after each hit"),
  groupBy: parameter({ enum: ["file"] }, "adds the hits of each file in order of time"),
  allHits: parameter({ type: "boolean" }, "lists hits of one moment one by one"),
  explain: parameter({ type: "boolean" }, "adds how each score was made"),
  minScore: parameter({ type: "number" }, "leaves out hits with a lower score"),
  fileId: parameter(STRING(100), "only in this file"),
  confidence: parameter(STRING(50), "how sure the recogniser was: >0.8, <60%"),
  ...FILTERS,
} as const;

const FOUND = { 200: { description: "one page of hits, best first", schema: "SearchPage" } };

async function searchPage(
  identity: Identity,
  args: SearchArgs,
  { reads }: Pick<Services, "reads">,
): Promise<Reply> {
  const { page, stages } = await reads.run("searchInStages", sightOf(identity), args);
  return { json: page, stages };
}

export const SEARCH_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/search",
    id: "search",
    tag: "search",
    summary: "Find what was said",
    scope: "search",
    query: SEARCH_QUERY,
    answers: FOUND,
    audit: "search",
    handle: ({ identity, query }, services) =>
      searchPage(identity, query as unknown as SearchArgs, services),
  },
  {
    method: "post",
    path: "/v1/search",
    id: "searchByBody",
    tag: "search",
    summary: "Find what was said, for long queries",
    scope: "search",
    body: "SearchRequest",
    answers: FOUND,
    audit: "search",
    handle: ({ identity, body }, services) => searchPage(identity, body as SearchArgs, services),
  },
  {
    method: "get",
    path: "/search",
    id: "searchOfPredecessor",
    tag: "earlier",
    summary: "Leads to /v1/search",
    scope: "search",
    query: {
      q: { schema: STRING(2000), required: true },
      type: { schema: STRING(100) },
      bucket: { schema: STRING(100) },
      speaker: { schema: STRING(500) },
      limit: { schema: INTEGER(1, 1000) },
      offset: { schema: INTEGER(0, 1_000_000) },
    },
    answers: { 308: { description: "the address that answers now" } },
    async handle({ query }) {
      const { q, bucket, speaker, limit, offset } = query as Readonly<Record<string, string>>;
      const search = new URLSearchParams();
      const words = bucket === undefined ? q : `${q} file:"s3://${bucket}/**"`;
      for (const [name, value] of Object.entries({ q: words, speaker, limit, offset }))
        if (value !== undefined) search.set(name, String(value));
      return new Response(null, {
        status: 308,
        headers: { Location: `/v1/search?${search}`, Deprecation: "@1767225600" },
      });
    },
  },
  {
    method: "get",
    path: "/v1/suggest",
    id: "suggest",
    tag: "search",
    summary: "Suggest speakers, files and spellings for what is being typed",
    scope: "search",
    query: {
      q: { schema: STRING(200), required: true },
      limit: { schema: INTEGER(1, 50) },
    },
    answers: { 200: { description: "the best suggestions first", schema: "Suggestions" } },
    handle: async ({ identity, query }, { reads }) => ({
      json: await reads.run("suggest", sightOf(identity), query as { q: string; limit?: number }),
    }),
  },
  {
    method: "get",
    path: "/v1/facets",
    id: "facets",
    tag: "search",
    summary: "Count files by speaker, language, origin, year, collection and tag",
    scope: "search",
    query: FILTERS,
    answers: { 200: { description: "the counts, the largest first", schema: "Facets" } },
    async handle({ identity, query }, { reads }) {
      const { collection, tag } = query;
      if (collection !== undefined || tag !== undefined)
        throw usageError("collection", "facets are not counted within collections or tags");
      return { json: await reads.run("facets", sightOf(identity), query as FilesArgs) };
    },
  },
];
