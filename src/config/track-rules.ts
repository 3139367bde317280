import { toLocation } from "../location.ts";
import type { ChannelsMode, SelectionRequest } from "../selection.ts";
import { parseChoice } from "./setting.ts";

/** Tracks and channels for files that a pattern names. */
export interface TrackRule {
  readonly files: string;
  readonly request: SelectionRequest;
}

const MAX_NAME_LENGTH = 100;

/** A number, a language or a title: which of these shows in each file. */
export function trackName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > MAX_NAME_LENGTH || /^0+$/.test(name))
    throw new Error("must be a number from 1, a language such as en, or a title");
  return name;
}

const FORM = "must be rules such as films/=audio de, subtitle 2; calls/=channels separate";

/**
 * `films/=audio de, subtitle 2; calls/=channels separate`. Paths start at `cwd`. The first rule
 * that fits counts.
 */
export const trackRules = (text: string, cwd: string): readonly TrackRule[] =>
  text
    .split(/[;\n]/)
    .map((rule) => rule.trim())
    .filter((rule) => rule !== "")
    .map((rule) => {
      const at = rule.indexOf("=");
      const key = rule.slice(0, at).trim();
      if (at < 1 || key === "") throw new Error(FORM);
      const files = key.includes("/") || key === "." ? toLocation(key, cwd) : key;
      return { files, request: readRequest(rule.slice(at + 1)) };
    });

const channelsMode: (text: string) => ChannelsMode = parseChoice("auto", "mix", "separate");

function readRequest(text: string): SelectionRequest {
  const request: { -readonly [Name in keyof SelectionRequest]: SelectionRequest[Name] } = {};
  for (const part of text.split(",")) {
    const [, what = "", value = ""] =
      /^\s*(audio|subtitle|channels)[\s:]+(.+?)\s*$/.exec(part) ?? [];
    if (what === "audio") request.audioTrack = trackName(value);
    else if (what === "subtitle") request.subtitleTrack = trackName(value);
    else if (what === "channels") request.channels = channelsMode(value);
    else throw new Error(FORM);
  }
  return request;
}

export const formatTrackRules = (rules: readonly TrackRule[]): string =>
  rules.map(({ files, request }) => `${files}=${formatRequest(request)}`).join("; ");

const formatRequest = ({ audioTrack, subtitleTrack, channels }: SelectionRequest): string =>
  [
    ["audio", audioTrack],
    ["subtitle", subtitleTrack],
    ["channels", channels],
  ]
    .flatMap(([what, value]) => (value === undefined ? [] : [`${what} ${value}`]))
    .join(", ");
