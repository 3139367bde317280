import { changeOf } from "./keys.ts";
import { IGNORED, type JsonObject, type ParsedMessage, textOf, unusable } from "./message.ts";

/**
 * A CloudEvent without its data (https://github.com/cloudevents/spec). Names are in small letters.
 */
export interface CloudEvent {
  readonly attributes: ReadonlyMap<string, string>;
  /** Parsed JSON; undefined where it has none. */
  readonly data: unknown;
  /** In headers of HTTP what is not ASCII is escaped by percent signs; not every sender does so. */
  readonly mayBeEscaped: boolean;
}

/**
 * The attributes of a message in binary mode, undefined when it is none. HTTP and VAST's functions
 * write `ce-type`, Kafka writes `ce_type`.
 */
export function binaryAttributes(
  headers: ReadonlyMap<string, string>,
): Pick<CloudEvent, "attributes" | "mayBeEscaped"> | undefined {
  const attributes = new Map<string, string>();
  let mayBeEscaped = false;
  for (const [name, value] of headers) {
    const [, sign, attribute] = /^ce([-_])([a-z0-9]+)$/.exec(name) ?? [];
    if (attribute === undefined) continue;
    attributes.set(attribute, value);
    mayBeEscaped ||= sign === "-";
  }
  return attributes.has("type") && attributes.has("specversion")
    ? { attributes, mayBeEscaped }
    : undefined;
}

export const isStructured = (body: JsonObject): boolean =>
  typeof body["specversion"] === "string" && typeof body["type"] === "string";

/** The attributes of an event in structured mode; only texts matter here. */
export const structuredAttributes = (body: JsonObject): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === "string" && name !== "data" && name !== "data_base64"
        ? [[name.toLowerCase(), value] as const]
        : [],
    ),
  );

/**
 * VAST DataEngine's triggers name the object in `elementpath` ("bucket/key", as it is), whatever
 * the data holds: `vastdata.com:Element.ElementCreated` on a cluster, `Element.ObjectCreated` in
 * the test events of its command line. Other events are told by their data.
 * @param parseData reads the data when the attributes do not say enough.
 */
export function parseCloudEvent(
  { attributes, data, mayBeEscaped }: CloudEvent,
  parseData: (data: unknown) => ParsedMessage,
): ParsedMessage {
  const [specification = ""] = (attributes.get("specversion") ?? "").split(".");
  if (specification !== "1" && specification !== "0")
    return unusable("it is a CloudEvent of an unknown version");
  const type = attributes.get("type") ?? "";
  if (type.startsWith("vastdata.com:Schedule.")) return IGNORED;
  if (/^vastdata\.com:Element\..*Tag/.test(type)) return IGNORED;
  const path = attributes.get("elementpath");
  if (path !== undefined && type.startsWith("vastdata.com:Element.")) {
    const slash = path.indexOf("/");
    if (slash > 0)
      return changeOf(
        path.slice(0, slash),
        path.slice(slash + 1),
        mayBeEscaped ? "escaped" : "literal",
      );
  }
  if (data !== undefined) return parseData(data);
  const subject = attributes.get("subject");
  const bucket = /^(?:arn:[^:]*:s3:::|.*\/buckets\/)([^/]+)$/.exec(attributes.get("source") ?? "");
  return subject !== undefined && bucket
    ? changeOf(bucket[1], subject, "unknown")
    : unusable("it is a CloudEvent without an object");
}

/**
 * The data of an event in structured mode. @throws SyntaxError for data_base64 that holds no JSON
 */
export function structuredData(body: JsonObject, parseJson: (text: string) => unknown): unknown {
  const encoded = textOf(body, "data_base64");
  return encoded === undefined
    ? body["data"]
    : parseJson(Buffer.from(encoded, "base64").toString("utf8"));
}
