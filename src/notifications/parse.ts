import { parseBoundedJson } from "../bounded-json.ts";
import {
  binaryAttributes,
  isStructured,
  parseCloudEvent,
  structuredAttributes,
  structuredData,
} from "./cloud-event.ts";
import { isEventBridge, parseEventBridge } from "./event-bridge.ts";
import {
  type EventMessage,
  IGNORED,
  isJsonObject,
  joinParsed,
  type JsonObject,
  type ParsedMessage,
  textOf,
  unusable,
} from "./message.ts";
import { parseMinioKey, parseS3Records } from "./s3-records.ts";

/** VAST's broker takes messages up to 1 MB, SQS up to 1 MiB. */
export const MAX_MESSAGE_BYTES = 1 << 20;
const JSON_BOUNDS = { maxDepth: 32, maxValues: 200_000 };
/** SNS inside SQS inside something else: nobody wraps deeper. */
const MAX_WRAPS = 4;

/**
 * Reads a message of any kind that is known to tell of objects: notifications of Amazon S3, VAST,
 * MinIO and Ceph; EventBridge; CloudEvents in binary, structured and batched mode; any of these
 * inside SNS. Never throws.
 */
export function parseMessage({ headers, body }: EventMessage): ParsedMessage {
  if (body.byteLength > MAX_MESSAGE_BYTES)
    return unusable(`it has more than ${MAX_MESSAGE_BYTES} bytes`);
  const binary = binaryAttributes(headers);
  try {
    // A topic that is compacted tells by an empty body that a key is gone.
    if (body.byteLength === 0 && binary === undefined) return IGNORED;
    const value =
      body.byteLength === 0
        ? undefined
        : parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return binary
      ? parseCloudEvent({ ...binary, data: value }, (data) => parseValue(data, 0))
      : parseValue(value, 0);
  } catch (error) {
    if (error instanceof SyntaxError) return unusable("it is no JSON");
    if (error instanceof TypeError) return unusable("it is no UTF-8");
    throw error;
  }
}

const parseJson = (text: string): unknown => parseBoundedJson(text, JSON_BOUNDS);

function parseValue(value: unknown, wraps: number): ParsedMessage {
  if (wraps > MAX_WRAPS) return unusable("it is wrapped too deep");
  if (Array.isArray(value))
    return value.length === 0
      ? IGNORED
      : joinParsed(value.map((one) => parseValue(one, wraps + 1)));
  // Some senders put JSON into a text of JSON.
  if (typeof value === "string") return parseValue(parseJson(value), wraps + 1);
  if (!isJsonObject(value)) return unusable("it is no event");
  return parseObject(value, wraps);
}

function parseObject(body: JsonObject, wraps: number): ParsedMessage {
  if ("Records" in body) return parseS3Records(body);
  if (isStructured(body))
    return parseCloudEvent(
      {
        attributes: structuredAttributes(body),
        data: structuredData(body, parseJson),
        mayBeEscaped: false,
      },
      (data) => parseValue(data, wraps + 1),
    );
  if (isEventBridge(body)) return parseEventBridge(body);
  if (typeof body["EventName"] === "string" && typeof body["Key"] === "string")
    return parseMinioKey(body);
  // Amazon sends it when notifications are set up.
  if (textOf(body, "Event") === "s3:TestEvent") return IGNORED;
  return parseWrapped(body, wraps);
}

/**
 * SNS hands on what it got as a text
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html).
 */
function parseWrapped(body: JsonObject, wraps: number): ParsedMessage {
  const type = textOf(body, "Type");
  if (type === "SubscriptionConfirmation" || type === "UnsubscribeConfirmation") return IGNORED;
  const message = textOf(body, "Message");
  return type === "Notification" && message !== undefined
    ? parseValue(message, wraps + 1)
    : unusable("it is no event of a kind that is known");
}
