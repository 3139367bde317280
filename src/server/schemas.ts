import { readFileSync } from "node:fs";
import type { Ajv2020, ErrorObject, Options, ValidateFunction } from "ajv/dist/2020.js";
import { HttpError, type ProblemPart } from "./problem.ts";
import type { Route, Shapes, Validator } from "./route.ts";

type Schema = Readonly<Record<string, unknown>>;

/**
 * Shapes of the API by name, as docs/schemas/api.v1.json has them: the one source of all of them.
 */
export function readShapes(): Shapes {
  const text = readFileSync(new URL("../../docs/schemas/api.v1.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly $defs: Shapes }).$defs;
}

const URN = "urn:mediasearch:schema:api:1";

/** The shapes are our own and are held to the JSON Schema of their draft by a test, not here. */
const OPTIONS: Options = {
  allErrors: true,
  strict: false,
  allowUnionTypes: true,
  meta: false,
  validateSchema: false,
};

/** Compiles each schema when it is first needed; a server that only starts needs none. */
export function createValidator(shapes: () => Shapes): Validator {
  let compilers: Promise<{ readonly bodies: Ajv2020; readonly queries: Ajv2020 }> | undefined;
  const compiled = new Map<string, ValidateFunction>();
  async function validator(
    key: string,
    kind: "bodies" | "queries",
    schema: () => Schema,
  ): Promise<ValidateFunction> {
    const known = compiled.get(key);
    if (known) return known;
    compilers ??= openCompilers(shapes());
    const made = (await compilers)[kind].compile(schema());
    compiled.set(key, made);
    return made;
  }
  return {
    async query(route, search) {
      if (search.size === 0 && route.query === undefined) return {};
      const values: Record<string, unknown> = {};
      for (const name of new Set(search.keys())) {
        const all = search.getAll(name);
        if (all.length > 1) throw badParameter(name, "is given more than once");
        values[name] = all[0];
      }
      const check = await validator(`query ${route.id}`, "queries", () => querySchema(route));
      if (!check(values)) throw invalid(check.errors ?? [], "parameter");
      return values;
    },
    async body(route, value) {
      const { body } = route;
      if (body === undefined) return undefined;
      const check = await validator(`body ${body}`, "bodies", () => ({
        $ref: `${URN}#/$defs/${body}`,
      }));
      if (!check(value)) throw invalid(check.errors ?? [], "pointer");
      return value;
    },
  };
}

async function openCompilers(
  shapes: Shapes,
): Promise<{ readonly bodies: Ajv2020; readonly queries: Ajv2020 }> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const bodies = new Ajv2020(OPTIONS);
  bodies.addSchema({ $id: URN, $defs: shapes });
  return { bodies, queries: new Ajv2020({ ...OPTIONS, coerceTypes: true }) };
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
