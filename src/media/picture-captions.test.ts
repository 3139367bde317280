import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { matroska, type MatroskaBlock, soundBlocks, tone } from "../../test/helpers/matroska.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { cuesFromEvents } from "./captions/parse.ts";
import { readPictureCaptions } from "./picture-captions.ts";

/** A sequence header of MPEG-2, so that it is taken for a film of 64 x 36 pictures. */
const SEQUENCE = Buffer.from("000001b304002413ffffe01800000100000fff", "hex");
/** RCL, ENM, PAC, "Hello", EOC; then a while later EDM; then RCL, PAC, "Bye", EOC. */
const HELLO = "9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f";
const CLEAR = "942c 942c";
const BYE = "9420 9420 94ae 94ae 9470 9470 c279 e580 942f 942f";
const FRAME_MS = 40;

/** User data of ATSC A/53: `GA94`, type, flags and count, then a triplet for each pair. */
function userData(pair: string | undefined, { isEscaped = false } = {}): Buffer {
  const triplet = Buffer.from(`fc${pair ?? "8080"}`, "hex");
  // The second field says something else.
  const other = Buffer.from("fd4142", "hex");
  const padding = isEscaped ? "fa0000030001" : "fa0000";
  const triplets = [other, Buffer.from(padding, "hex").subarray(0, isEscaped ? 4 : 3), triplet];
  const body = isEscaped ? [other, Buffer.from("fa000003", "hex"), triplet] : triplets;
  const head = Buffer.concat([Buffer.from("GA94\u0003", "latin1"), Buffer.from([0x43, 0xff])]);
  return Buffer.concat([Buffer.from("000001b2", "hex"), head, ...body, Buffer.from("ff", "hex")]);
}

/** Pictures with a pair each from the times on at which they are sent. */
function pictures(
  sent: Readonly<Record<number, string>>,
  { count = 200, startMs = 0, isEscaped = false, isBare = false } = {},
): MatroskaBlock[] {
  const pairs = new Map<number, string>();
  for (const [from, text] of Object.entries(sent))
    for (const [i, pair] of text.split(" ").entries()) pairs.set(Number(from) + i, pair);
  return Array.from({ length: count }, (_, i) => ({
    startMs: startMs + i * FRAME_MS,
    data: isBare ? SEQUENCE : Buffer.concat([SEQUENCE, userData(pairs.get(i), { isEscaped })]),
  }));
}

async function captionsOf(blocks: readonly MatroskaBlock[], startMs = 0) {
  const path = join(tempFolder(), "show.mkv");
  const sound = soundBlocks(8000, tone(440), { startMs });
  writeFileSync(
    path,
    matroska(
      [
        { type: "video", blocks },
        { type: "audio", blocks: sound },
      ],
      startMs + 8000,
    ),
  );
  const read = await readPictureCaptions(path, {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return (
    read &&
    cuesFromEvents(read.events, read.format).map((cue) => [cue.startMs, cue.endMs, cue.text])
  );
}

const at = (frame: number): number => frame * FRAME_MS;

describe("closed captions in the pictures of a film", () => {
  const sent = { 10: HELLO, 60: CLEAR, 80: BYE };

  it("are read as cues", async () => {
    expect(await captionsOf(pictures(sent))).toEqual([
      [at(19), at(60), "Hello"],
      [at(88), at(199), "Bye"],
    ]);
  });

  it("have the player's times, in the order in which pictures are shown", async () => {
    const shown = pictures(sent, { startMs: 10_000 });
    // Pictures that need a later one come behind it.
    const stored = shown.map((one, i) => ({
      ...one,
      storedMs: one.startMs + (i % 2 === 0 ? FRAME_MS : -FRAME_MS),
    }));
    expect(await captionsOf(stored, 10_000)).toEqual([
      [at(19), at(60), "Hello"],
      [at(88), at(199), "Bye"],
    ]);
  });

  it("are read out of units with escapes, as H.264 has them", async () => {
    expect((await captionsOf(pictures(sent, { isEscaped: true })))?.map((cue) => cue[2])).toEqual([
      "Hello",
      "Bye",
    ]);
  });

  it("are none where pictures have none", async () => {
    expect(await captionsOf(pictures({}, { isBare: true }))).toBeNull();
    expect(await captionsOf(pictures({}))).toEqual([]);
  });
});
