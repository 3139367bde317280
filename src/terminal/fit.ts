import type { OutputStream } from "./io.ts";
import { columnsOf, displayWidth } from "./style.ts";

/** The columns that a line may take: on a terminal its width, elsewhere nothing is cut. */
export const lineColumns = (stdout: OutputStream): number =>
  stdout.isTTY === true ? columnsOf(stdout, 80) : Infinity;

/** The beginning of a text, with … where it takes more columns. */
export function fitStart(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  return `${leading(text, columns - 1)}…`;
}

/** Beginning and end of a name, whose end often tells most. */
export function fitMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const start = leading(text, Math.floor((columns - 1) / 3));
  const backwards = [...text].toReversed().join("");
  const end = [...leading(backwards, columns - 1 - displayWidth(start))].toReversed().join("");
  return `${start}…${end}`;
}

/** As many letters as these columns hold. */
function leading(text: string, columns: number): string {
  let [kept, width] = ["", 0];
  for (const letter of text) {
    width += displayWidth(letter);
    if (width > columns) break;
    kept += letter;
  }
  return kept;
}
