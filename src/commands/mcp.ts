import { readFileSync } from "node:fs";
import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Context } from "../context.ts";
import { toMediasearchError } from "../errors.ts";
import type { Command } from "./command.ts";
import { MCP_TOOLS, type McpTool } from "./mcp-tools.ts";
import { openSession, type SearchSession } from "./search-session.ts";

/** Serves assistants over standard input and output (https://modelcontextprotocol.io) until the client closes it. */
export const run: Command = async (_args, flags, context) => {
  const session = openSession(context, flags, { viewFor: "call" });
  const handle = serveStdio(() => server(session, context), { onerror: (error) => void context.io.stderr.write(`mcp: ${error.message}\n`) });
  const { signal } = context.io;
  await new Promise<void>((resolve) => {
    for (const event of ["end", "close"]) process.stdin.once(event, () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await handle.close();
  await session.close();
  // A pipe that nobody closes would keep the process.
  process.stdin.destroy();
  return 0;
};

const INSTRUCTIONS =
  "mediasearch knows what is said in the user's recordings. Use search to find moments, transcript to read around them, list to see what there is. " +
  "Name file, time and speaker when you quote.";

function server(session: SearchSession, context: Context): McpServer {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  const made = new McpServer({ name: "mediasearch", title: "mediasearch", version }, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  for (const tool of MCP_TOOLS) register(made, tool, session, context);
  return made;
}

function register(made: McpServer, tool: McpTool, session: SearchSession, context: Context): void {
  const { name, title, description, input, output, call } = tool;
  made.registerTool(name, {
    title, description,
    inputSchema: fromJsonSchema<Readonly<Record<string, unknown>>>(input),
    outputSchema: fromJsonSchema(output),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  }, async (args) => {
    try {
      const answer = await call(args, session, context);
      return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
    } catch (error) {
      const { code, message, hint } = toMediasearchError(error);
      return { isError: true, content: [{ type: "text", text: `${code}: ${message}${hint ? `\nnext: ${hint}` : ""}` }] };
    }
  });
}
