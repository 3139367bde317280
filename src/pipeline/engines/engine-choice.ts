import { fileMatcher } from "../../text/file-filter.ts";
import type { EngineChain } from "../../engine-chain.ts";
import type { Location } from "../../location.ts";

/** The recognisers for a file. */
export type EngineChoice = (path: Location, language: string | undefined) => EngineChain;

export interface ChoiceRule {
  readonly language: string | null;
  readonly files: string | null;
  readonly engines: EngineChain;
}

/**
 * The first rule that fits a file or the language that is asked for; `engines` where none does. A
 * rule for `de` is one for `de-AT`.
 */
export async function engineChoice(
  engines: EngineChain,
  rules: readonly ChoiceRule[],
): Promise<EngineChoice> {
  const tests = await Promise.all(
    rules.map(async ({ language, files, engines: chosen }) => {
      const isOf = files === null ? undefined : await fileMatcher(files, "/");
      const fits = (path: Location, spoken: string | undefined): boolean =>
        isOf
          ? isOf(path)
          : spoken !== undefined &&
            `${spoken.toLowerCase()}-`.startsWith(`${language?.toLowerCase()}-`);
      return { fits, chosen };
    }),
  );
  return (path, language) => tests.find(({ fits }) => fits(path, language))?.chosen ?? engines;
}
