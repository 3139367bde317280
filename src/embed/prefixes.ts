import type { EmbedOptions } from "./embedder.ts";
import type { EmbedderSettings } from "./settings.ts";

/**
 * What the authors of asymmetric models say must stand before texts (their model cards); others
 * take texts as they are.
 */
const BY_MODEL: readonly (readonly [name: RegExp, query: string, passage: string])[] = [
  [/(?:^|[/-])(?:multilingual-)?e5-(?:small|base|large)(?!.*instruct)/i, "query: ", "passage: "],
  [/nomic-embed-text/i, "search_query: ", "search_document: "],
  [/bge-(?:small|base|large)-en/i, "Represent this sentence for searching relevant passages: ", ""],
  [
    /mxbai-embed-large|snowflake-arctic-embed/i,
    "Represent this sentence for searching relevant passages: ",
    "",
  ],
];

export interface Prefixes {
  readonly query: string;
  readonly passage: string;
}

export function prefixesOf({ model, queryPrefix, passagePrefix }: EmbedderSettings): Prefixes {
  const [, query = "", passage = ""] = BY_MODEL.find(([name]) => name.test(model)) ?? [];
  return { query: queryPrefix ?? query, passage: passagePrefix ?? passage };
}

/** Servers and tokenizers make no vector of an empty text, so it is replaced by this one. */
const BLANK_TEXT = ".";

/**
 * Texts as the model gets them: never empty, and never longer than it takes, so that no server cuts
 * or refuses them. No tokenizer makes more tokens of a text than it has bytes of UTF-8, so that
 * many bytes always fit; two are left for the marks at its ends. Cut at a space where there is one.
 */
export function prepare(
  texts: readonly string[],
  as: EmbedOptions["as"],
  prefixes: Prefixes,
  maxTokens: number,
): string[] {
  const prefix = prefixes[as];
  const most = Math.max(1, maxTokens - 2 - Buffer.byteLength(prefix));
  return texts.map((text) => prefix + truncateBytes(text.trim() === "" ? BLANK_TEXT : text, most));
}

function truncateBytes(text: string, mostBytes: number): string {
  if (text.length * 3 <= mostBytes || Buffer.byteLength(text) <= mostBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > mostBytes) break;
    end += char.length;
  }
  const space = text.lastIndexOf(" ", end);
  return text.slice(0, space > end / 2 ? space : end);
}
