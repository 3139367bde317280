import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import type { Identity } from "../app/access/identity.ts";
import { ASSISTANT_INSTRUCTIONS } from "../app/assistant-instructions.ts";
import { toMediasearchError } from "../errors.ts";
import { packageVersion } from "../version.ts";
import { sightOf } from "./authenticate.ts";
import { toProblem } from "./problem.ts";
import type { FilesArgs, TranscriptArgs } from "./reads/files.ts";
import type { SearchArgs } from "./reads/search.ts";
import type { Services } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

interface Tool {
  readonly name: string;
  readonly scope: "search" | "read";
  readonly description: string;
  readonly input: Json;
  call(args: Json, services: Services, identity: Identity): Promise<object>;
}

const object = (properties: Json, required: readonly string[] = []): Json => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const string = (description: string, maxLength = 1000): Json => ({
  type: "string",
  description,
  maxLength,
});
const integer = (minimum: number, maximum: number): Json => ({ type: "integer", minimum, maximum });

const TOOLS: readonly Tool[] = [
  {
    name: "search",
    scope: "search",
    description:
      "Finds what was said in audio and video recordings. Returns passages with file, times in milliseconds, speaker and words, best first. " +
      'Ask in plain words; "exact words", -without, a AND b, speaker:ann, lang:en, after:2026-01-01 must hold.',
    input: object(
      {
        q: string("what was said", 2000),
        mode: { enum: ["hybrid", "keyword", "semantic"] },
        limit: integer(1, 50),
        offset: integer(0, 1_000_000),
        context: integer(0, 10),
        fileId: string("only in this file", 100),
        speaker: string("only what this speaker said"),
      },
      ["q"],
    ),
    call: (args, { reads }, identity) =>
      reads.run("search", sightOf(identity), args as unknown as SearchArgs),
  },
  {
    name: "transcript",
    scope: "read",
    description: "What is said in one recording, in order, or a part of it. Times are seconds.",
    input: object(
      {
        fileId: string("the id of the file, as search and list give it", 100),
        from: { type: "number", minimum: 0 },
        to: { type: "number", minimum: 0 },
        words: { type: "boolean", description: "adds the times of words, where they are known" },
        limit: integer(1, 500),
        offset: integer(0, 10_000_000),
      },
      ["fileId"],
    ),
    call: (args, { reads }, identity) =>
      reads.run("transcript", sightOf(identity), {
        limit: 200,
        ...args,
      } as unknown as TranscriptArgs),
  },
  {
    name: "list",
    scope: "read",
    description: "The recordings of the library with length, language, speakers and state.",
    input: object({
      file: string("only these files: a name or a glob"),
      limit: integer(1, 200),
      offset: integer(0, 10_000_000),
    }),
    call: (args, { reads }, identity) =>
      reads.run("files", sightOf(identity), args as unknown as FilesArgs),
  },
];

/**
 * Answers one request of the Model Context Protocol over streamable HTTP, without a session: each
 * request says by its key who asks, and sees what that key sees.
 */
export async function answerMcp(
  request: Request,
  services: Services,
  identity: Identity,
): Promise<Response> {
  const handler = createMcpHandler(() => createServer(services, identity));
  return handler.fetch(request);
}

function createServer(services: Services, identity: Identity): McpServer {
  const server = new McpServer(
    { name: "mediasearch", title: "mediasearch", version: packageVersion() },
    { capabilities: { tools: {} }, instructions: ASSISTANT_INSTRUCTIONS },
  );
  for (const tool of TOOLS)
    if (identity.scopes.includes(tool.scope)) addTool(server, tool, services, identity);
  return server;
}

function addTool(
  server: McpServer,
  { name, description, input, call }: Tool,
  services: Services,
  identity: Identity,
): void {
  server.registerTool(
    name,
    {
      description,
      inputSchema: fromJsonSchema<Json>(input),
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
    },
    async (args) => {
      try {
        const result = await call(args, services, identity);
        return { content: [{ type: "text", text: JSON.stringify(result) }] };
      } catch (error) {
        const { problem } = toProblem(
          toMediasearchError(error),
          "mcp",
          identity.scopes.includes("paths"),
        );
        return {
          isError: true,
          content: [{ type: "text", text: `${problem.code}: ${problem.detail}` }],
        };
      }
    },
  );
}
