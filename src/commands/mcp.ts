import type { Writable } from "node:stream";
import type { Command } from "../cli/command.ts";
import type { MCP_SPEC } from "../cli/specs/searching.ts";
import { serveMcp } from "../mcp/server.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof MCP_SPEC> = async (_args, _flags, context) => {
  const { io } = context;
  await serveMcp(context, {
    input: process.stdin,
    output: io.stdout as unknown as Writable,
    onError: (error) => void io.stderr.write(`mcp: ${stripControls(error.message)}\n`),
  });
  return 0;
};
