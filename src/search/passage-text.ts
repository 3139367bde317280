import type { Segment } from "../types.ts";

/** What is embedded for a segment. Query and passages must be compared as this function had them, so it belongs to the index's identity. */
export function passageText({ text }: Pick<Segment, "text">): string {
  return text;
}
