import { MediasearchError } from "../../errors.ts";
import { CLOSING } from "./lex.ts";
import { parseQuery } from "./parse.ts";

/** More signs than this are not put right: the query is left as it is. */
const MAX_TRIES = 20;

/**
 * Makes a query that can be searched out of one that is still being typed: open quotes and
 * parentheses are closed, and what has no meaning yet is left out from the end on.
 * @returns "" when nothing is left.
 */
export function completeQuery(typed: string): string {
  let text = typed.trim();
  for (let tries = 0; tries < MAX_TRIES && text !== ""; tries++) {
    const complete = [text, text + openQuote(text)]
      .flatMap((one) => [one, one + openGroups(one)])
      .find(isQuery);
    if (complete !== undefined) return complete;
    text = text.replace(/\s*\S+$/, "");
  }
  return "";
}

function isQuery(text: string): boolean {
  try {
    parseQuery(text);
    return true;
  } catch (error) {
    if (error instanceof MediasearchError && error.code === "USAGE") return false;
    throw error;
  }
}

/** Finds the sign that closes the quote that is open at the end; "" when none is open. */
function openQuote(text: string): string {
  let closing = "";
  for (const sign of text) {
    if (closing === "") closing = CLOSING[sign] ?? "";
    else if (closing.includes(sign)) closing = "";
  }
  return closing[0] ?? "";
}

const openGroups = (text: string): string =>
  ")".repeat(Math.max(0, text.split("(").length - text.split(")").length));
