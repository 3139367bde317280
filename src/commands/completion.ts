import { readFile } from "node:fs/promises";
import type { Command } from "../cli/command.ts";
import type { COMPLETION_SPEC } from "../cli/specs/machine.ts";

/** The scripts are made of the command table by `npm run docs`. */
export const run: Command<typeof COMPLETION_SPEC> = async ([shell = "bash"], _flags, { io }) => {
  io.stdout.write(
    await readFile(new URL(`../../completions/mediasearch.${shell}`, import.meta.url), "utf8"),
  );
  return 0;
};
