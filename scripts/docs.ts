/** Writes docs/cli.md, docs/config.md and docs/errors.md out of the tables that the program itself runs on. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cliDoc, configDoc, errorsDoc } from "./docs-text.ts";

const write = (name: string, text: string): void => writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
write("cli.md", await cliDoc());
write("config.md", configDoc());
write("errors.md", errorsDoc());
