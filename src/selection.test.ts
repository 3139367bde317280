import { describe, expect, it } from "vitest";
import { formatFingerprint, parseFingerprint } from "./fingerprint.ts";
import {
  formatSelection,
  parseSelection,
  type Selection,
  type SelectionRequest,
  suitsSelection,
} from "./selection.ts";

const track = {
  type: "audio",
  number: 2,
  of: 3,
  language: "de",
  title: "Haupt|ton & mehr",
} as const;

describe("what was chosen of a file", () => {
  it("is kept in its fingerprint, whatever its title", () => {
    const note = {
      request: { audioTrack: "Haupt|ton", subtitleTrack: undefined, channels: "mix" },
      track,
      channels: "left",
    } as const;
    const text = formatFingerprint({
      ...parseFingerprint("3|abc||prefer|de|local|edited-1"),
      selection: formatSelection(note),
    });
    expect(text.split("|")).toHaveLength(8);
    const { selection, edit, engine } = parseFingerprint(text);
    expect([engine, edit]).toEqual(["local", "edited-1"]);
    expect(parseSelection(selection ?? "")).toEqual(note);
  });

  it("is nothing where nothing was asked for or known", () => {
    expect(formatSelection({ request: { audioTrack: "auto" } })).toBe("");
    expect(parseSelection("")).toEqual({ request: {}, track: null, channels: null });
    expect(parseSelection("audio=0&of=x&channels=loud").track).toBeNull();
  });

  const made = (request: SelectionRequest, selection: Partial<Selection> = {}) => ({
    request,
    track,
    channels: null,
    ...selection,
  });
  it.each<[SelectionRequest, ReturnType<typeof made>, boolean]>([
    [{}, made({ audioTrack: "2" }), true],
    [{ audioTrack: "2" }, made({}), true],
    [{ audioTrack: "DE" }, made({}), true],
    [{ audioTrack: "1" }, made({}), false],
    [{ audioTrack: "auto" }, made({}), true],
    [{ audioTrack: "auto" }, made({ audioTrack: "2" }), false],
    [{ audioTrack: "7" }, made({ audioTrack: "7" }), true],
    [{ audioTrack: "1" }, made({}, { track: { ...track, number: 1, of: 1 } }), true],
    [{ channels: "separate" }, made({}, { channels: "separate" }), true],
    [{ channels: "separate" }, made({}), false],
    [{ channels: "mix" }, made({}, { channels: "left" }), true],
    [{ channels: "mix" }, made({}, { channels: "separate" }), false],
    [{ channels: "auto" }, made({ channels: "mix" }), false],
    [{ subtitleTrack: "1" }, made({}), true],
  ])("suits %o, made as %o: %s", (asked, note, suits) => {
    expect(suitsSelection(asked, note, "sound")).toBe(suits);
  });
});
