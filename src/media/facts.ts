import type { FormatContext, Stream } from "node-av/lib";
import { cleanFacts } from "../text/media-facts.ts";
import type { MediaFacts } from "../types.ts";
import { isAudio, isVideo, rateOf } from "./source.ts";

/** Tags that have a member of their own, in the order of trust. */
const SHOW_TAGS = ["show", "album_artist", "artist", "album", "author", "publisher"];
const DESCRIPTION_TAGS = ["description", "synopsis", "comment", "subtitle"];

/** What a container says of itself and of its streams. `codecOf` names a stream's codec. */
export function containerFacts(
  input: FormatContext,
  streams: readonly Stream[],
  codecOf: (stream: Stream) => string,
): MediaFacts {
  const video = streams.find(isVideo);
  const audio = streams.find(isAudio);
  const tags = tagsOf(input, streams);
  const tag = (names: readonly string[]): string | undefined =>
    names.map((name) => tags.get(name)).find((value) => value !== undefined);
  const rate = video ? rateOf(video) : undefined;
  return cleanFacts({
    title: tag(["title"]),
    show: tag(SHOW_TAGS),
    description: tag(DESCRIPTION_TAGS),
    container: input.iformat?.name ?? undefined,
    audioCodec: audio && codecName(codecOf(audio)),
    videoCodec: video && codecName(codecOf(video)),
    width: video?.codecpar.width,
    height: video?.codecpar.height,
    frameRate: rate && Math.round((rate.num / rate.den) * 1000) / 1000,
    tags: Object.fromEntries([...tags].filter(([name]) => !/^chapter\d+/.test(name))),
  });
}

/** FFmpeg has several decoders for one codec: `mp3float` is one for mp3. */
const codecName = (decoder: string): string => decoder.replace(/float$|^lib/, "");

/** Tags of the container; in Ogg they are those of the stream. Names in small letters. */
function tagsOf(input: FormatContext, streams: readonly Stream[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const own = Object.entries(input.metadata?.getAll() ?? {});
  const inner =
    own.length > 0 ? [] : Object.entries(streams.find(isAudio)?.metadata?.getAll() ?? {});
  for (const [name, value] of [...own, ...inner]) tags.set(name.toLowerCase(), value);
  // QuickTime notes the time code of the first picture in a track of its own.
  const noted = streams.map(({ metadata }) => metadata?.get("timecode")).find((code) => code);
  if (noted && !tags.has("timecode")) tags.set("timecode", noted);
  return tags;
}
