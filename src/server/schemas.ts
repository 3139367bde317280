import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { HttpError, type ProblemPart } from "./problem.ts";
import type { Route, Validator } from "./route.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * Shapes of the API by name, as docs/schemas/api.v1.json has them: the one source of all of them.
 */
export function readShapes(): Readonly<Record<string, Schema>> {
  const text = readFileSync(new URL("../../docs/schemas/api.v1.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly $defs: Readonly<Record<string, Schema>> }).$defs;
}

const URN = "urn:mediasearch:schema:api:1";

/** Compiles each schema when it is first needed. */
export function createValidator(shapes: Readonly<Record<string, Schema>>): Validator {
  const options = { allErrors: true, strict: false, allowUnionTypes: true };
  const bodies = new Ajv2020(options);
  bodies.addSchema({ $id: URN, $defs: shapes });
  const queries = new Ajv2020({ ...options, coerceTypes: true });
  const compiled = new Map<string, ValidateFunction>();
  const validator = (key: string, make: () => ValidateFunction): ValidateFunction => {
    const known = compiled.get(key) ?? make();
    compiled.set(key, known);
    return known;
  };
  return {
    query(route, search) {
      const values: Record<string, unknown> = {};
      for (const name of new Set(search.keys())) {
        const all = search.getAll(name);
        if (all.length > 1) throw badParameter(name, "is given more than once");
        values[name] = all[0];
      }
      const check = validator(`query ${route.id}`, () => queries.compile(querySchema(route)));
      if (!check(values)) throw invalid(check.errors ?? [], "parameter");
      return values;
    },
    body(route, value) {
      const { body } = route;
      if (body === undefined) return undefined;
      const check = validator(`body ${body}`, () =>
        bodies.compile({ $ref: `${URN}#/$defs/${body}` }),
      );
      if (!check(value)) throw invalid(check.errors ?? [], "pointer");
      return value;
    },
  };
}

const querySchema = ({ query = {} }: Route): Schema => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(query).filter((name) => query[name]?.required),
  properties: Object.fromEntries(Object.entries(query).map(([name, { schema }]) => [name, schema])),
});

const badParameter = (parameter: string, detail: string): HttpError =>
  new HttpError(400, "USAGE", `${parameter}: ${detail}`, { errors: [{ parameter, detail }] });

function invalid(errors: readonly ErrorObject[], kind: "parameter" | "pointer"): HttpError {
  const parts = errors.slice(0, 20).map((error): ProblemPart => {
    const { missingProperty, additionalProperty } = error.params as Readonly<
      Record<string, string | undefined>
    >;
    const named = missingProperty ?? additionalProperty;
    const pointer = `${error.instancePath}${named === undefined ? "" : `/${named}`}`;
    const detail = detailOf(error);
    return kind === "pointer"
      ? { pointer: pointer === "" ? "/" : pointer, detail }
      : { parameter: pointer.slice(1), detail };
  });
  const [first] = parts;
  const subject = first?.parameter ?? first?.pointer ?? "body";
  return new HttpError(400, "USAGE", `${subject}: ${first?.detail ?? "is wrong"}`, {
    errors: parts,
    hint: "GET /openapi.json describes what may be sent",
  });
}

function detailOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === "additionalProperties") return "is not known here";
  if (keyword === "required") return "is missing";
  if (keyword === "enum")
    return `must be one of ${((params as { readonly allowedValues: unknown[] }).allowedValues ?? []).join(", ")}`;
  return message ?? "is wrong";
}
