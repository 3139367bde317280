import { basename } from "node:path";
import { stripControls } from "../text/strip-controls.ts";
import type { FrameRate } from "./timecode.ts";
import { frameOf, timecode } from "./timecode.ts";
import type { Cut, Timeline } from "./timeline.ts";

/** Edits begin at this time code by custom: 01:00:00:00. */
const RECORD_ORIGIN = "01:00:00";

/**
 * CMX 3600 (SMPTE 258M): an event a hit, straight cuts; reel AX ("auxiliary") with the file in a
 * FROM CLIP NAME comment, as editing programs read it.
 */
export function formatEdl({ name, rate, cuts }: Timeline): string {
  const origin = frameOf(`${RECORD_ORIGIN}${rate.drop > 0 ? ";" : ":"}00`, rate);
  const events = cuts.map((cut, i) => event(cut, i + 1, rate, origin));
  return `TITLE: ${name.slice(0, 70)}\nFCM: ${rate.drop > 0 ? "DROP FRAME" : "NON-DROP FRAME"}\n\n${events.join("\n")}`;
}

function event(
  { result, source, sourceStart, frames, recordStart }: Cut,
  number: number,
  rate: FrameRate,
  origin: number,
): string {
  const timecodeAt = (frame: number): string => timecode(frame, rate);
  const times = [
    sourceStart,
    sourceStart + frames,
    origin + recordStart,
    origin + recordStart + frames,
  ]
    .map(timecodeAt)
    .join(" ");
  const said = stripControls(
    `${result.speaker === null ? "" : `${result.speaker}: `}${result.text}`,
  );
  return [
    `${String(number).padStart(3, "0")}  AX       ${tracks(source).padEnd(5)} C        ${times}`,
    `* FROM CLIP NAME: ${stripControls(basename(result.path))}`,
    `* SOURCE FILE: ${stripControls(result.path)}`,
    `* COMMENT: ${said}`,
    "",
  ].join("\n");
}

/**
 * The tracks of an event, as CMX 3600 names them: V for pictures, A and AA for sound, B and AA/V
 * for both.
 */
function tracks({ video, audio }: Cut["source"]): string {
  if (audio === null) return video === null ? "" : "V";
  const isStereo = audio.channels > 1;
  if (video === null) return isStereo ? "AA" : "A";
  return isStereo ? "AA/V" : "B";
}
