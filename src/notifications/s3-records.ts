import { changeOf, type KeyForm } from "./keys.ts";
import {
  IGNORED,
  isJsonObject,
  joinParsed,
  type JsonObject,
  type ParsedMessage,
  textOf,
  unusable,
} from "./message.ts";

/**
 * Notifications in the form of Amazon S3
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html),
 * which VAST, MinIO and Ceph write too, each in its own way:
 * - names of events begin with `s3:` or do not;
 * - sizes are numbers or texts;
 * - MinIO adds `EventName` and `Key` ("bucket/key") at the top;
 * - Amazon writes keys as in a form, MinIO too; of VAST and Ceph it is not known.
 */
export function parseS3Records({ Records: records }: JsonObject): ParsedMessage {
  if (!Array.isArray(records)) return unusable("its Records are no list");
  if (records.length === 0) return IGNORED;
  return joinParsed(records.map(parseRecord));
}

function parseRecord(record: unknown): ParsedMessage {
  if (!isJsonObject(record)) return unusable("a record of it is no object");
  const major = /^(\d+)(?:\.\d+)?$/.exec(textOf(record, "eventVersion") ?? "2")?.[1];
  if (major !== "2") return unusable("its records are of an unknown version");
  if (!concernsContent(textOf(record, "eventName") ?? "")) return IGNORED;
  const { s3 } = record;
  if (!isJsonObject(s3)) return unusable("a record of it has no object");
  const object = isJsonObject(s3["object"]) ? s3["object"] : {};
  return changeOf(textOf(s3["bucket"], "name"), object["key"], keyForm(record));
}

/** By the sender; a name that nobody knows is read in every way. */
function keyForm(record: JsonObject): KeyForm {
  const source = textOf(record, "eventSource") ?? "";
  return source === "aws:s3" || source.startsWith("minio") ? "form" : "unknown";
}

/**
 * Tags and rights change nothing that is indexed. Everything else is a reason to look, also a name
 * that is new.
 */
export const concernsContent = (eventName: string): boolean =>
  !/^(?:s3:)?(?:ObjectTagging|ObjectAcl|ObjectAccessed|Replication|ReducedRedundancyLostObject|TestEvent|IntelligentTiering|LifecycleTransition)/i.test(
    eventName,
  );

/** MinIO's own form where the records are missing. */
export const parseMinioKey = (body: JsonObject): ParsedMessage => {
  if (!concernsContent(textOf(body, "EventName") ?? "")) return IGNORED;
  const place = textOf(body, "Key") ?? "";
  const slash = place.indexOf("/");
  return changeOf(place.slice(0, Math.max(slash, 0)), place.slice(slash + 1), "unknown");
};
