import type { Language } from "./types.ts";

/** How the channels of sound are used: mixed or apart, or as their content suggests. */
export type ChannelsMode = "auto" | "mix" | "separate";

/**
 * What a user chooses by hand; what is undefined is left as it is, and new files are treated as the
 * program finds best. "auto" goes back to that.
 */
export interface SelectionRequest {
  /** A number from 1, a language or a title. */
  readonly audioTrack?: string | undefined;
  readonly subtitleTrack?: string | undefined;
  readonly channels?: ChannelsMode | undefined;
  /** Captions beside a file are moved to the times of its speech. */
  readonly resync?: boolean | undefined;
}

/** The track of a media file that a transcript was made of. */
export interface TrackSelection {
  readonly type: "audio" | "subtitle";
  /** From 1, among the tracks of its type, as players count. */
  readonly number: number;
  /** How many of its type there are. */
  readonly of: number;
  readonly language: Language | null;
  readonly title: string | null;
}

/** What of a file a transcript was made of. */
export interface Selection {
  /** null for captions beside the media, and where it is not known. */
  readonly track: TrackSelection | null;
  /** How its channels were used, such as "left" or "separate"; null when simply mixed. */
  readonly channels: string | null;
}

/** What was asked for and what was taken, as a fingerprint keeps it. */
export interface SelectionNote extends Selection {
  readonly request: SelectionRequest;
}

const MAX_TITLE_LENGTH = 200;

/** One text without `|`; "" where nothing was asked for or taken. */
export function formatSelection({ request, track, channels }: Partial<SelectionNote>): string {
  const { audioTrack, subtitleTrack, channels: mode, resync } = request ?? {};
  const parts: readonly (readonly [string, string | number | null | undefined])[] = [
    ["audio-track", audioTrack],
    ["subtitle-track", subtitleTrack],
    ["channels", mode],
    ["resync", resync === true ? "yes" : null],
    [track?.type ?? "", track?.number],
    ["of", track?.of],
    ["language", track?.language],
    ["title", track?.title?.slice(0, MAX_TITLE_LENGTH).toWellFormed()],
    ["heard", channels],
  ];
  const given = parts.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null || value === "auto" ? [] : [[name, String(value)]],
  );
  return new URLSearchParams(given).toString();
}

/** Reads any stored text. */
export function parseSelection(text: string): SelectionNote {
  const stored = new URLSearchParams(text);
  const type = stored.has("subtitle") ? "subtitle" : "audio";
  const number = readCount(stored.get(type));
  return {
    request: {
      audioTrack: stored.get("audio-track") ?? undefined,
      subtitleTrack: stored.get("subtitle-track") ?? undefined,
      channels: readMode(stored.get("channels")),
      resync: stored.has("resync") ? true : undefined,
    },
    track:
      number === null
        ? null
        : {
            type,
            number,
            of: readCount(stored.get("of")) ?? number,
            language: stored.get("language"),
            title: stored.get("title"),
          },
    channels: stored.get("heard"),
  };
}

const readCount = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;

const readMode = (text: string | null): ChannelsMode | undefined =>
  text === "mix" || text === "separate" ? text : undefined;

/**
 * Whether what was made suits what is asked for now. Nothing asked keeps what was chosen by hand
 * before.
 * @param part the half that matters: recognised sound, or a subtitle track.
 */
export function suitsSelection(
  asked: SelectionRequest,
  { request, track, channels }: SelectionNote,
  part: "sound" | "subtitles",
): boolean {
  if (part === "subtitles")
    return (
      (asked.resync !== true || request.resync === true) &&
      isTrackAsked(asked.subtitleTrack, request.subtitleTrack, "subtitle", track)
    );
  const isSeparate = channels === "separate";
  const suitsChannels =
    asked.channels === undefined ||
    (asked.channels === "auto"
      ? request.channels === undefined
      : request.channels === asked.channels || isSeparate === (asked.channels === "separate"));
  return suitsChannels && isTrackAsked(asked.audioTrack, request.audioTrack, "audio", track);
}

function isTrackAsked(
  asked: string | undefined,
  before: string | undefined,
  type: TrackSelection["type"],
  track: TrackSelection | null,
): boolean {
  if (asked === undefined || asked === before) return true;
  if (asked === "auto") return before === undefined;
  if (track?.type !== type) return false;
  const names = [String(track.number), track.language, track.title];
  return track.of === 1 || names.some((name) => name?.toLowerCase() === asked.toLowerCase());
}

/** Such as `audio track 2 of 3 (de, "Main")`. */
export function describeTrack({ type, number, of, language, title }: TrackSelection): string {
  const about = [language, title === null ? null : JSON.stringify(title)].filter(
    (one) => one !== null,
  );
  return `${type} track ${number} of ${of}${about.length > 0 ? ` (${about.join(", ")})` : ""}`;
}
