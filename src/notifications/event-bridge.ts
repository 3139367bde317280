import { changeOf } from "./keys.ts";
import { IGNORED, isJsonObject, type JsonObject, type ParsedMessage, textOf } from "./message.ts";

export const isEventBridge = (body: JsonObject): boolean =>
  typeof body["detail-type"] === "string" && isJsonObject(body["detail"]);

/** Details that concern no content. */
const OTHER = /tag|acl|restore initiated|storage class|access tier/i;

/**
 * An event of Amazon EventBridge; keys stand in it as they are
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html).
 */
export function parseEventBridge(body: JsonObject): ParsedMessage {
  const detailType = textOf(body, "detail-type") ?? "";
  if (textOf(body, "source") !== "aws.s3" || OTHER.test(detailType)) return IGNORED;
  const detail = body["detail"];
  const object = isJsonObject(detail) ? detail["object"] : undefined;
  const bucket = isJsonObject(detail) ? detail["bucket"] : undefined;
  return changeOf(textOf(bucket, "name"), textOf(object, "key"), "literal");
}
