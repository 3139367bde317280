/**
 * What arrived from somewhere: a message of Kafka or SQS, the body of a request. Nothing of it is
 * believed.
 */
export interface EventMessage {
  /** Attributes beside the body, with names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** An object that something may have happened to; what did, the object store is asked. */
export interface ObjectChange {
  readonly bucket: string;
  /**
   * What its key may be, the likeliest first: servers differ in how they write `+`, `%` and spaces,
   * and some do not say.
   */
  readonly keys: readonly string[];
}

/** What a message says. One message may tell of many objects, and be partly unusable. */
export interface ParsedMessage {
  readonly changes: readonly ObjectChange[];
  /** Events that concern no content, such as tags, tests and timers. */
  readonly ignored: number;
  /** Why something of it can't be read; undefined when all of it can. */
  readonly unusable?: string | undefined;
}

export const IGNORED: ParsedMessage = { changes: [], ignored: 1 };

export const unusable = (reason: string): ParsedMessage => ({
  changes: [],
  ignored: 0,
  unusable: reason,
});

/** Everything that several parts of one message say. */
export const joinParsed = (parts: readonly ParsedMessage[]): ParsedMessage => ({
  changes: parts.flatMap(({ changes }) => changes),
  ignored: parts.reduce((sum, { ignored }) => sum + ignored, 0),
  unusable: parts.find((part) => part.unusable !== undefined)?.unusable,
});

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member that is a text; undefined for everything else. */
export function textOf(value: unknown, name: string): string | undefined {
  const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof member === "string" ? member : undefined;
}
