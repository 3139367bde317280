import { basename } from "node:path";
import { stripControls } from "../text/strip-controls.ts";
import { locationUrl } from "../location.ts";
import { frameAfter } from "./timecode.ts";
import { type Cut, cutTitle, type Timeline } from "./timeline.ts";

/** OpenTimelineIO, https://opentimelineio.readthedocs.io/en/latest/tutorials/otio-serialized-schema.html: a clip a hit, its words as a marker. */
export function formatOtio(timeline: Timeline): string {
  const { name, rate, cuts } = timeline;
  const seconds = rate.num / rate.den;
  const time = (value: number) => ({ OTIO_SCHEMA: "RationalTime.1", rate: seconds, value });
  const range = (start: number, frames: number) => ({
    OTIO_SCHEMA: "TimeRange.1",
    start_time: time(start),
    duration: time(frames),
  });
  const common = { metadata: {}, effects: [], enabled: true };
  const clip = (cut: Cut) => ({
    OTIO_SCHEMA: "Clip.2",
    name: cutTitle(cut),
    ...common,
    source_range: range(cut.sourceStart, cut.frames),
    markers: [
      {
        OTIO_SCHEMA: "Marker.2",
        name: stripControls(cut.moment.text),
        comment: stripControls(cut.moment.text),
        color: "GREEN",
        marked_range: range(cut.sourceStart, cut.frames),
        metadata: {
          mediasearch: {
            number: cut.moment.number,
            speaker: cut.moment.speaker,
            score: cut.moment.score,
            startMs: cut.moment.startMs,
            endMs: cut.moment.endMs,
          },
        },
      },
    ],
    active_media_reference_key: "DEFAULT_MEDIA",
    media_references: {
      DEFAULT_MEDIA: {
        OTIO_SCHEMA: "ExternalReference.1",
        name: basename(cut.moment.path),
        metadata: {},
        available_image_bounds: null,
        target_url: locationUrl(cut.moment.path),
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
    ...common,
    markers: [],
    source_range: range(0, frames),
  });
  const track = (kind: "Video" | "Audio", has: (cut: Cut) => boolean) => ({
    OTIO_SCHEMA: "Track.1",
    name: kind,
    kind,
    ...common,
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
    ...common,
    markers: [],
    source_range: null,
    children: tracks,
  };
  return `${JSON.stringify({ OTIO_SCHEMA: "Timeline.1", name, metadata: {}, global_start_time: time(0), tracks: stack }, null, 2)}\n`;
}
