import { SCOPES } from "../app/access/scopes.ts";
import { packageVersion } from "../version.ts";
import type { Route, RouteAnswer } from "./route.ts";

type Json = Readonly<Record<string, unknown>>;

/** Describes the routes as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0). */
export function openApi(routes: readonly Route[], shapes: Json): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "mediasearch",
      version: packageVersion(),
      description: "Find what is said in audio and video.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }, { keyHeader: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: `A key by \`mediasearch keys create\`. Scopes: ${Object.entries(SCOPES)
            .map(([scope, meaning]) => `${scope} (${meaning})`)
            .join("; ")}.`,
        },
        keyHeader: { type: "apiKey", in: "header", name: "X-API-Key" },
        session: { type: "apiKey", in: "cookie", name: "__Host-mediasearch" },
      },
      schemas: rewriteRefs(shapes) as Json,
    },
  };
}

/** References inside docs/schemas point to $defs, those of OpenAPI to components. */
function rewriteRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewriteRefs);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === "$ref" && typeof inner === "string"
        ? inner.replace("#/$defs/", "#/components/schemas/")
        : rewriteRefs(inner),
    ]),
  );
}

/** Headers that clients may send, apart from those of HTTP itself. */
const inHeaders = ({ method, takesBytes }: Route): readonly Json[] =>
  method === "post" && takesBytes !== true
    ? [
        {
          name: "Idempotency-Key",
          in: "header",
          description: "the same request under the same key is done once",
          schema: { type: "string", minLength: 1, maxLength: 200, pattern: "^[!-~]+$" },
        },
      ]
    : [];

const shape = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

function operation(route: Route): Json {
  const { id, summary, tag, scope, query = {}, path, body, isBodyOptional } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1, maxLength: 200 },
  }));
  const inQuery = Object.entries(query).map(([name, { schema, description, required }]) => ({
    name,
    in: "query",
    schema,
    ...(description === undefined ? {} : { description }),
    ...(required ? { required } : {}),
  }));
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(scope === "public" ? { security: [] } : {}),
    ...(scope === "public" || scope === "any" ? {} : { "x-scope": scope }),
    parameters: [...inPath, ...inQuery, ...inHeaders(route)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: isBodyOptional !== true,
            content: { "application/json": { schema: shape(body) } },
          },
        }),
    ...(route.takesBytes
      ? {
          requestBody: {
            required: true,
            content: {
              "application/octet-stream": { schema: { type: "string", format: "binary" } },
            },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]),
      ),
      default: {
        description: "an error",
        content: { "application/problem+json": { schema: shape("Problem") } },
      },
    },
  };
}

function response({ description, schema, types = [] }: RouteAnswer): Json {
  const content = {
    ...(schema === undefined ? {} : { "application/json": { schema: shape(schema) } }),
    ...Object.fromEntries(types.map((type) => [type, {}])),
  };
  return { description, ...(Object.keys(content).length === 0 ? {} : { content }) };
}
