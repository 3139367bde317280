import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ROOT } from "./run.ts";

const FOLDER = join(ROOT, "docs/schemas");
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
for (const name of readdirSync(FOLDER))
  ajv.addSchema(closed(JSON.parse(readFileSync(join(FOLDER, name), "utf8"))) as object);

/**
 * The published schemas allow further fields, so that one can be added. Here none may be there that
 * they do not describe.
 */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  const isObject = inner["type"] === "object" && typeof inner["properties"] === "object";
  return isObject ? { additionalProperties: false, ...inner } : inner;
}

/**
 * What is wrong with a value by a published schema, such as "search" or "search#/$defs/hit";
 * nothing when it is right.
 */
export function schemaErrors(schema: string, value: unknown): string {
  const [name = "", pointer = ""] = schema.split("#");
  const validate = ajv.getSchema(
    `urn:mediasearch:schema:${name}:1${pointer === "" ? "" : `#${pointer}`}`,
  );
  if (!validate) return `there is no schema ${schema}`;
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}
