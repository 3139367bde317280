import type { Location } from "../location.ts";
import type { SelectionRequest } from "../selection.ts";
import { fileMatcher } from "../text/file-filter.ts";

/** What is asked for of the tracks of a file. */
export type TrackChoice = (path: Location) => SelectionRequest;

interface ChoiceRule {
  readonly files: string;
  readonly request: SelectionRequest;
}

/** The first rule that fits a file goes before the settings, and what `named` has before both. */
export async function trackChoice(
  settings: SelectionRequest,
  rules: readonly ChoiceRule[],
  named: SelectionRequest,
): Promise<TrackChoice> {
  const tests = await Promise.all(
    rules.map(async ({ files, request }) => ({ fits: await fileMatcher(files, "/"), request })),
  );
  return (path) => {
    const layers = [settings, tests.find(({ fits }) => fits(path))?.request ?? {}, named];
    return {
      audioTrack: layers.findLast((layer) => layer.audioTrack !== undefined)?.audioTrack,
      subtitleTrack: layers.findLast((layer) => layer.subtitleTrack !== undefined)?.subtitleTrack,
      channels: layers.findLast((layer) => layer.channels !== undefined)?.channels,
    };
  };
}
