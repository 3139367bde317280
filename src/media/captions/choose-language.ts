import { parseLanguageTag } from "./languages.ts";

const primary = (tag: string | null | undefined): string =>
  (parseLanguageTag(tag ?? "") ?? tag ?? "").toLowerCase().split("-")[0] ?? "";

/**
 * Which part of a file in several languages is read: the one in the wanted language, else the one
 * with most text.
 */
export function chooseLanguage<
  T extends { readonly language: string | null; readonly letters: number },
>(parts: readonly T[], wanted: string | undefined): T | undefined {
  const suits =
    wanted === undefined
      ? undefined
      : parts.find(({ language }) => language !== null && primary(language) === primary(wanted));
  return suits ?? parts.toSorted((a, b) => b.letters - a.letters)[0];
}
