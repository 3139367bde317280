import { STOP_WORDS } from "./stop-words.ts";

const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+(?:'[\p{L}\p{M}]+)*/gu;

/**
 * The terms of a natural question: lower-case Unicode words, each once, in the order written, without stop words
 * (unless there is nothing else) and without a possessive 's. Punctuation and operators mean nothing.
 */
export function queryTerms(query: string): string[] {
  const plain = query.normalize("NFKC").replace(/[\u2018\u2019\u02bc\uff07]/g, "'").toLowerCase();
  const words = [...new Set(plain.match(WORD) ?? [])];
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return [...new Set((telling.length > 0 ? telling : words).map((word) => word.replace(/'s$/, "")))];
}

const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;
const fold = (name: string): string => name.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();

/** The law of `SearchFilter.speaker`: equal, or contained as whole words, whatever the case. An empty name matches nobody. */
export function speakerMatcher(wanted: string): (speaker: string | null) => boolean {
  const name = fold(wanted);
  if (name === "") return () => false;
  const inside = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])${name.replace(SPECIAL, "\\$&")}(?![\\p{L}\\p{N}\\p{M}])`, "u");
  return (speaker) => {
    if (speaker === null) return false;
    const folded = fold(speaker);
    return folded === name || inside.test(folded);
  };
}
