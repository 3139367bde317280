import type { IndexingEvent } from "../../app/indexing/index-event.ts";

/** Events of one type. */
export type EventOf<T extends IndexingEvent["type"]> = Extract<IndexingEvent, { readonly type: T }>;

/** One function for each type of event that has something to say. */
export type EventTable<R> = {
  readonly [T in IndexingEvent["type"]]?: (event: EventOf<T>) => R;
};

/** What the table makes of an event; undefined where it has nothing for its type. */
export function lookUp<R>(table: EventTable<R>, event: IndexingEvent): R | undefined {
  // The entry of a type takes the events of that type; the compiler can't see that the two belong
  // together.
  return (table[event.type] as ((one: IndexingEvent) => R) | undefined)?.(event);
}

/** Why a file failed, without the path that stands beside it. */
export const failureReason = ({ path, error: { message } }: EventOf<"failed">): string =>
  message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;

export const retryReason = ({ path, error }: EventOf<"retrying">): string =>
  error.message.replace(`${path}: `, "");
