/** Writes the schema that the migrations make, which every library file is compared with. */
import { writeFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { defineFunctions } from "../src/backends/local/filter.ts";
import { MIGRATIONS, schemaAfter } from "../src/backends/local/migrations.ts";

const memory = new Sqlite(":memory:");
defineFunctions(memory);
const lines = schemaAfter(memory, MIGRATIONS.length).map((line) => `  ${JSON.stringify(line)},\n`);
writeFileSync(
  new URL("../src/backends/local/newest-schema.ts", import.meta.url),
  `/** Made from the migrations by \`npm run schema\`: comparing a library with it takes no time. */\nexport const NEWEST_SCHEMA: readonly string[] = [\n${lines.join("")}];\n`,
);
