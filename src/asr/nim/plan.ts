import type { Language } from "../../types.ts";
import type { NimSettings } from "./settings.ts";
import type { RivaModel } from "./riva.ts";

/** How a server that has these models is asked. */
export interface Plan {
  readonly isStream: boolean;
  /** "" leaves the choice to the server. */
  readonly model: string;
  readonly language: string;
}

const codesOf = ({ parameters }: RivaModel): readonly string[] =>
  (parameters["language_code"] ?? "").split(/[\s,;]+/).filter((code) => code !== "");
const isOnline = ({ parameters }: RivaModel): boolean =>
  /online|str/i.test(parameters["type"] ?? "");

/**
 * Selects a model. Offline models come first, because they see the whole chunk; streaming ones are
 * taken only where there is nothing else. A server that lists no models is asked offline.
 */
export function planFor(
  models: readonly RivaModel[],
  { model, language }: NimSettings,
  asked: Language | undefined,
): Plan {
  const wanted = asked ?? language;
  const named =
    model === undefined ? models : models.filter(({ model_name }) => model_name === model);
  const fitting =
    wanted === undefined
      ? named
      : named.filter((one) => codeFor(wanted, codesOf(one)) !== undefined);
  const candidates = fitting.length > 0 ? fitting : named;
  const best = candidates.find((one) => !isOnline(one)) ?? candidates[0];
  const known = best ? codesOf(best) : [];
  // The setting of the engine goes to the server as the user wrote it.
  const code =
    asked !== undefined
      ? (codeFor(asked, known) ?? withRegion(asked))
      : (language ?? known[0] ?? "en-US");
  const isStream = best !== undefined && isOnline(best);
  return { isStream, model: model ?? (isStream ? best.model_name : ""), language: code };
}

const primary = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";

/**
 * Finds the server's code for a language: the same code, the same language of another region, or
 * "multi".
 */
function codeFor(wanted: string, codes: readonly string[]): string | undefined {
  return (
    codes.find((code) => code.toLowerCase() === wanted.toLowerCase()) ??
    codes.find((code) => primary(code) === primary(wanted)) ??
    codes.find((code) => code === "multi")
  );
}

/** Riva requires a region; these are the ones where most speakers of a language live. */
function withRegion(language: string): string {
  if (language === "multi" || language.includes("-")) return language;
  const { language: code, region } = new Intl.Locale(language).maximize();
  return region === undefined ? code : `${code}-${region}`;
}
