import { basename } from "node:path";
import { stripControls } from "../text/strip-controls.ts";
import { locationUrl } from "../location.ts";
import { frameAfter } from "./timecode.ts";
import { type Cut, cutTitle, type Timeline } from "./timeline.ts";

/**
 * Final Cut Pro XML 1.10,
 * https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference: an
 * asset a file, a clip and a marker with the words a hit. Times are whole frames, written as
 * fractions of a second.
 */
export function formatFcpxml({ name, rate, cuts, frames }: Timeline): string {
  const time = (count: number): string => {
    if (count === 0) return "0s";
    const isWhole = rate.den === 1 && count % rate.num === 0;
    return isWhole ? `${count / rate.num}s` : `${count * rate.den}/${rate.num}s`;
  };
  const size = cuts.map(({ source }) => source.video).find((video) => video) ?? {
    width: 1920,
    height: 1080,
  };
  const tcFormat = rate.drop > 0 ? "DF" : "NDF";
  const files = [...new Map(cuts.map((cut) => [cut.result.path, cut])).values()];
  const idOf = new Map(files.map(({ result }, i) => [result.path, `r${i + 2}`]));
  const clip = (cut: Cut): string => {
    const times = `offset="${time(cut.recordStart)}" start="${time(cut.sourceStart)}" duration="${time(cut.frames)}"`;
    const marker = `<marker start="${time(cut.sourceStart)}" duration="${time(1)}" value="${xml(cut.result.text)}"/>`;
    return `            <asset-clip ref="${idOf.get(cut.result.path)}" name="${xml(cutTitle(cut))}" ${times} tcFormat="${tcFormat}">${marker}</asset-clip>`;
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10">
  <resources>
    <format id="r1" frameDuration="${rate.den}/${rate.num}s" width="${size.width}" height="${size.height}"/>
${files.map((cut) => asset(cut, idOf.get(cut.result.path) ?? "", time, rate)).join("\n")}
  </resources>
  <library>
    <event name="mediasearch">
      <project name="${xml(name)}">
        <sequence format="r1" duration="${time(frames)}" tcStart="0s" tcFormat="${tcFormat}">
          <spine>
${cuts.map(clip).join("\n")}
          </spine>
        </sequence>
      </project>
    </event>
  </library>
</fcpxml>
`;
}

function asset(
  { result: { path }, source, sourceOrigin, sourceStart, frames }: Cut,
  id: string,
  time: (frames: number) => string,
  rate: Timeline["rate"],
): string {
  const length =
    source.durationMs === null
      ? sourceStart - sourceOrigin + frames
      : frameAfter(source.durationMs, rate);
  const format = source.video
    ? `    <format id="${id}f" frameDuration="${source.video.frameRate.den}/${source.video.frameRate.num}s" width="${source.video.width}" height="${source.video.height}"/>\n`
    : "";
  const video = source.video ? ` hasVideo="1" videoSources="1" format="${id}f"` : "";
  const audio = source.audio
    ? ` hasAudio="1" audioSources="1" audioChannels="${source.audio.channels}" audioRate="${source.audio.sampleRate}"`
    : "";
  return `${format}    <asset id="${id}" name="${xml(basename(path))}" start="${time(sourceOrigin)}" duration="${time(length)}"${video}${audio}><media-rep kind="original-media" src="${xml(locationUrl(path))}"/></asset>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const xml = (text: string): string =>
  stripControls(text).replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
