/** Writes the types of the client and its table of operations. */
import { writeFileSync } from "node:fs";
import { ROUTES } from "../src/server/routes.ts";
import { readShapes } from "../src/server/schemas.ts";
import { clientTable, clientTypes } from "./client-text.ts";

const write = (name: string, text: string): void =>
  writeFileSync(new URL(`../src/client/${name}`, import.meta.url), text);
write("types.ts", clientTypes(ROUTES, readShapes()));
write("operations.ts", clientTable(ROUTES));
