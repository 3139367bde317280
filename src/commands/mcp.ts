import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { MCP } from "../cli/specs/searching.ts";
import { packageVersion } from "../version.ts";
import { MCP_TOOLS, type McpTool } from "../mcp/tools.ts";
import { answeringTransport } from "../mcp/stdio-transport.ts";
import { openSession, type SearchSession } from "../app/search/session.ts";

/** Serves assistants over standard input and output (https://modelcontextprotocol.io) until the client closes it. */
export const run: Command<typeof MCP> = async (_args, flags, context) => {
  const { signal, stderr } = context.io;
  const session = openSession(context, flags, { viewFor: "call" });
  const { transport, ended } = answeringTransport(
    process.stdin,
    context.io.stdout as unknown as NodeJS.WriteStream,
  );
  const handle = serveStdio(() => server(session, context), {
    transport,
    onerror: (error) => void stderr.write(`mcp: ${error.message}\n`),
  });
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([
      stopped,
      ended.catch((error: unknown) => {
        throw broken(error);
      }),
    ]);
  } finally {
    await handle.close();
    await session.close();
    // A pipe that nobody closes would keep the process.
    process.stdin.destroy();
  }
  signal.throwIfAborted();
  return 0;
};

/** Only what can't be read at all, such as a message of more than 10 MB, ends the connection. */
const broken = (error: unknown): MediasearchError =>
  new MediasearchError(
    "USAGE",
    `standard input: ${error instanceof Error ? error.message : String(error)}`,
    {
      subject: "standard input",
      cause: error,
      hint: "one JSON-RPC message a line, of at most 10 MB",
    },
  );

const INSTRUCTIONS =
  "mediasearch knows what is said in the user's recordings. Use search to find moments, transcript to read around them, list to see what there is. " +
  "Name file, time and speaker when you quote.";

function server(session: SearchSession, context: CommandContext): McpServer {
  const made = new McpServer(
    { name: "mediasearch", title: "mediasearch", version: packageVersion() },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  for (const tool of MCP_TOOLS) register(made, tool, session, context);
  return made;
}

function register(
  made: McpServer,
  tool: McpTool,
  session: SearchSession,
  context: CommandContext,
): void {
  const { name, title, description, input, output, call } = tool;
  made.registerTool(
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
        const answer = await call(args, session, context);
        return {
          content: [{ type: "text", text: JSON.stringify(answer) }],
          structuredContent: answer,
        };
      } catch (error) {
        const { code, message, hint } = toMediasearchError(error);
        return {
          isError: true,
          content: [
            { type: "text", text: [`${code}: ${message}`, ...forAssistant(hint)].join("\n") },
          ],
        };
      }
    },
  );
}

/** An assistant has three tools and no command line: what is to be run there is for its user. */
function forAssistant(hint: string | undefined): string[] {
  const [, aside] = /^mediasearch search --help\s*\((.*)\)$/.exec(hint ?? "") ?? [];
  if (hint === undefined || hint === "mediasearch search --help") return [];
  return [
    aside !== undefined
      ? `next: ${aside}`
      : /\bmediasearch [a-z]|\b[A-Z_]{4,}=/.test(hint)
        ? `the user can run: ${hint}`
        : `next: ${hint}`,
  ];
}
