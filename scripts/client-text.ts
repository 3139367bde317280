import type { Route, RouteParameter } from "../src/server/route.ts";
import { FILTERS } from "../src/server/routes/search-routes.ts";

type Schema = Readonly<Record<string, unknown>>;

const HEAD = "// Made from the routes and schemas of `serve` by `npm run docs`.\n\n";

/** Addresses of before, and ways for browsers and assistants, are none of a program's. */
const isForPrograms = ({ tag, path, id }: Route): boolean =>
  tag !== "earlier" && !path.startsWith("/signin") && !["answerAssistant"].includes(id);

type Query = Readonly<Record<string, RouteParameter>>;

/** Conditions that several operations share are named once; what is left is the operation's own. */
function splitQuery(query: Query = {}): { readonly hasFilters: boolean; readonly own: Query } {
  const shared = Object.entries(FILTERS).filter(([name, filter]) => query[name] === filter);
  if (shared.length < Object.keys(FILTERS).length) return { hasFilters: false, own: query };
  const own = Object.entries(query).filter(([name]) => !Object.hasOwn(FILTERS, name));
  return { hasFilters: true, own: Object.fromEntries(own) };
}

/** Types of everything that is sent and answered, and of each operation. */
export function clientTypes(
  routes: readonly Route[],
  shapes: Readonly<Record<string, Schema>>,
): string {
  const types = Object.entries(shapes).map(
    ([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema)};\n`,
  );
  const operations = routes.filter(isForPrograms).map((route) => operationType(route));
  return `${HEAD}/** What uploads are made of. */
export type Bytes = Blob | Uint8Array<ArrayBuffer> | string;

${types.join("\n")}
/** Conditions that searches and lists of files share. */
export interface Filters {
${queryMembers(FILTERS).join("\n")}
}

/** What each operation takes and answers. Bodies are members of their own. */
export interface Operations {
${operations.join("\n")}
}
`;
}

/** Where each operation is, for the client at run time. */
export function clientTable(routes: readonly Route[]): string {
  const rows = routes.filter(isForPrograms).map(({ id, method, path, query }) => {
    const { hasFilters, own } = splitQuery(query);
    const names = [method.toUpperCase(), path, ...Object.keys(own)].map((name) => `"${name}"`);
    return `  ${id}: [${[...names, ...(hasFilters ? ["...FILTERS"] : [])].join(", ")}],`;
  });
  return `${HEAD}const FILTERS = ${JSON.stringify(Object.keys(FILTERS))} as const;

/** Method, path and query parameters of each operation. */
export const OPERATIONS = {
${rows.join("\n")}
} as const satisfies Readonly<Record<string, readonly [string, string, ...string[]]>>;
`;
}

function operationType(route: Route): string {
  const { id, summary, path, query, body, isBodyOptional, takesBytes, answers } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `readonly ${name}: string;`);
  const { hasFilters, own } = splitQuery(query);
  const inBody = body === undefined ? [] : [`readonly body${isBodyOptional ? "?" : ""}: ${body};`];
  const bytes = takesBytes === true ? ["readonly bytes: Bytes;"] : [];
  const members = [...inPath, ...queryMembers(own), ...inBody, ...bytes].join(" ");
  const parts = [...(hasFilters ? ["Filters"] : []), ...(members === "" ? [] : [`{ ${members} }`])];
  const request = parts.length === 0 ? "object" : parts.join(" & ");
  const schemas = Object.entries(answers)
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, { schema }]) => (schema === undefined ? [] : [schema]));
  const hasBytes = Object.values(answers).some(({ types }) => types !== undefined);
  const fallback = hasBytes ? "Response" : "undefined";
  const answer = schemas.length === 0 ? fallback : [...new Set(schemas)].join(" | ");
  return `  /** ${summary}. */
  readonly ${id}: { readonly request: ${request}; readonly answer: ${answer} };`;
}

const queryMembers = (query: Query): readonly string[] =>
  Object.entries(query).map(
    ([name, { schema, required }]) => `readonly ${name}${required ? "" : "?"}: ${typeOf(schema)};`,
  );

const comment = ({ description }: Schema): string =>
  typeof description === "string" ? `/** ${description} */\n` : "";

/** A JSON Schema as a TypeScript type, as far as the schemas of the API go. */
function typeOf(schema: unknown): string {
  const { $ref, const: value, enum: values, anyOf, type } = schema as Schema;
  if (typeof $ref === "string") return $ref.replace("#/$defs/", "");
  if (value !== undefined) return JSON.stringify(value);
  if (Array.isArray(values)) return values.map((one) => JSON.stringify(one)).join(" | ");
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(" | ");
  if (Array.isArray(type))
    return type.map((one) => typeOf({ ...(schema as Schema), type: one })).join(" | ");
  if (type === "object") return objectType(schema as Schema);
  if (type === "array") return arrayType(schema as Schema);
  if (type === "integer") return "number";
  return typeof type === "string" ? type : "unknown";
}

function arrayType({ items, minItems, maxItems }: Schema): string {
  const item = typeOf(items ?? {});
  if (minItems === 2 && maxItems === 2) return `readonly [${item}, ${item}]`;
  return `readonly (${item})[]`;
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const names = Object.entries(properties as Readonly<Record<string, Schema>>);
  if (names.length === 0 && typeof additionalProperties === "object")
    return `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
  if (names.length === 0) return "Readonly<Record<string, unknown>>";
  const needed = new Set(required as readonly string[]);
  const members = names.map(
    ([name, schema]) =>
      `${comment(schema)}readonly ${JSON.stringify(name)}${needed.has(name) ? "" : "?"}: ${typeOf(schema)};`,
  );
  return `{\n${members.join("\n")}\n}`;
}
