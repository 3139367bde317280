import { basename } from "node:path";
import { stripControls } from "../text/strip-controls.ts";
import { locationUrl } from "../location.ts";
import { frameAfter } from "./timecode.ts";
import { type Cut, cutTitle, type Timeline } from "./timeline.ts";
import { formatJson } from "../text/format.ts";

/** What every item of a timeline has. */
const COMMON = { metadata: {}, effects: [], enabled: true };

/**
 * OpenTimelineIO,
 * https://opentimelineio.readthedocs.io/en/latest/tutorials/otio-serialized-schema.html: a clip a
 * hit, its words as a marker.
 */
export function formatOtio(timeline: Timeline): string {
  const { name, rate, cuts } = timeline;
  const seconds = rate.num / rate.den;
  const time = (value: number) => ({ OTIO_SCHEMA: "RationalTime.1", rate: seconds, value });
  const range = (start: number, frames: number) => ({
    OTIO_SCHEMA: "TimeRange.1",
    start_time: time(start),
    duration: time(frames),
  });
  const clip = (cut: Cut) => ({
    OTIO_SCHEMA: "Clip.2",
    name: cutTitle(cut),
    ...COMMON,
    source_range: range(cut.sourceStart, cut.frames),
    markers: [markerOf(cut, range(cut.sourceStart, cut.frames))],
    active_media_reference_key: "DEFAULT_MEDIA",
    media_references: {
      DEFAULT_MEDIA: {
        OTIO_SCHEMA: "ExternalReference.1",
        name: basename(cut.result.path),
        metadata: {},
        available_image_bounds: null,
        target_url: locationUrl(cut.result.path),
        available_range:
          cut.source.durationMs === null
            ? null
            : range(cut.sourceOrigin, frameAfter(cut.source.durationMs, rate)),
      },
    },
  });
  const gap = ({ frames }: Cut) => ({
    OTIO_SCHEMA: "Gap.1",
    name: "",
    ...COMMON,
    markers: [],
    source_range: range(0, frames),
  });
  const track = (kind: "Video" | "Audio", has: (cut: Cut) => boolean) => ({
    OTIO_SCHEMA: "Track.1",
    name: kind,
    kind,
    ...COMMON,
    markers: [],
    source_range: null,
    children: cuts.map((cut) => (has(cut) ? clip(cut) : gap(cut))),
  });
  const tracks = [
    ...(cuts.some(({ source }) => source.video)
      ? [track("Video", ({ source }) => source.video !== null)]
      : []),
    track("Audio", ({ source }) => source.audio !== null),
  ];
  const stack = {
    OTIO_SCHEMA: "Stack.1",
    name: "tracks",
    ...COMMON,
    markers: [],
    source_range: null,
    children: tracks,
  };
  return `${formatJson({ OTIO_SCHEMA: "Timeline.1", name, metadata: {}, global_start_time: time(0), tracks: stack }, 2)}\n`;
}

/** Makes a marker with the words of a hit. */
const markerOf = ({ result }: Cut, markedRange: object) => ({
  OTIO_SCHEMA: "Marker.2",
  name: stripControls(result.text),
  comment: stripControls(result.text),
  color: "GREEN",
  marked_range: markedRange,
  metadata: {
    mediasearch: {
      number: result.number,
      speaker: result.speaker,
      score: result.score,
      startMs: result.startMs,
      endMs: result.endMs,
    },
  },
});
