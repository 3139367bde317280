import type { Readable, Writable } from "node:stream";
import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Context } from "../app/context.ts";
import { openSession } from "../app/search/session.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { ASSISTANT_INSTRUCTIONS } from "../app/assistant-instructions.ts";
import { packageVersion } from "../version.ts";
import { answeringTransport } from "./stdio-transport.ts";
import { MCP_TOOLS, type McpTool, type ToolServices } from "./tools.ts";

export interface McpOptions {
  /**
   * One JSON-RPC message a line. It is destroyed at the end, because an open pipe keeps the process
   * alive.
   */
  readonly input: Readable;
  readonly output: Writable;
  /** A message that could not be handled; the connection stays open. */
  readonly onError: (error: Error) => void;
}

/**
 * Serves assistants by the Model Context Protocol (https://modelcontextprotocol.io) until the
 * client ends the input and has every answer.
 * @throws USAGE when the input can't be read at all, such as a message of more than 10 MB; the
 * reason of the signal when it aborts.
 */
export async function serveMcp(
  context: Context,
  { input, output, onError }: McpOptions,
): Promise<void> {
  const { cwd, signal } = context;
  const session = openSession(context, { viewFor: "call", fresh: false });
  const { transport, ended } = answeringTransport(input, output);
  const handle = serveStdio(() => createServer({ session, cwd }), { transport, onerror: onError });
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([
      stopped,
      ended.catch((error: unknown) => {
        throw brokenInputError(error);
      }),
    ]);
  } finally {
    await handle.close();
    await session.close();
    input.destroy();
  }
  signal.throwIfAborted();
}

const brokenInputError = (error: unknown): MediasearchError =>
  new MediasearchError(
    "USAGE",
    `standard input: ${error instanceof Error ? error.message : String(error)}`,
    {
      subject: "standard input",
      cause: error,
      hint: "one JSON-RPC message a line, of at most 10 MB",
    },
  );

function createServer(services: ToolServices): McpServer {
  const server = new McpServer(
    { name: "mediasearch", title: "mediasearch", version: packageVersion() },
    { capabilities: { tools: {} }, instructions: ASSISTANT_INSTRUCTIONS },
  );
  for (const tool of MCP_TOOLS) registerTool(server, tool, services);
  return server;
}

function registerTool(server: McpServer, tool: McpTool, services: ToolServices): void {
  const { name, title, description, input, output, call } = tool;
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: fromJsonSchema<Readonly<Record<string, unknown>>>(input),
      outputSchema: fromJsonSchema(output),
      annotations: {
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    async (args) => {
      try {
        const result = await call(args, services);
        return {
          content: [{ type: "text", text: JSON.stringify(result) }],
          structuredContent: result,
        };
      } catch (error) {
        return { isError: true, content: [{ type: "text", text: errorText(error) }] };
      }
    },
  );
}

function errorText(error: unknown): string {
  const { code, message, hint } = toMediasearchError(error);
  const next = hint === undefined ? undefined : assistantHint(hint);
  return [`${code}: ${message}`, ...(next === undefined ? [] : [next])].join("\n");
}

/**
 * Rewrites a hint of the command line for an assistant, which has three tools and no command line:
 * its user has to run the command.
 */
function assistantHint(hint: string): string | undefined {
  if (hint === "mediasearch search --help") return undefined;
  const [, aside] = /^mediasearch search --help\s*\((.*)\)$/.exec(hint) ?? [];
  if (aside !== undefined) return `next: ${aside}`;
  const isForUser = /\bmediasearch [a-z]|\b[A-Z_]{4,}=/.test(hint);
  return isForUser ? `the user can run: ${hint}` : `next: ${hint}`;
}
