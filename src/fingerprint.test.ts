import { describe, expect, it } from "vitest";
import { asChanging, formatFingerprint, parseFingerprint } from "./fingerprint.ts";

const STORED = [
  "2|9f86d081|e3b0c442|prefer|de|NVIDIA_NIMS,local",
  "2|captions-9f86d081||only||local",
  "2|etag-%2291ab%22-1048576||prefer||WHISPER|edited-5994471a",
  "||||||edited-5994471a",
  "3|9f86d081||prefer||NVIDIA_NIMS,local+speakers=auto",
  "3|9f86d081||prefer|en|local+speakers=2|edited-5994471a",
  "3|9f86d081||prefer||local+speakers=auto+terms=1234abcd",
];

describe("a fingerprint", () => {
  it("is written byte for byte as it was read", () => {
    for (const text of STORED) expect(formatFingerprint(parseFingerprint(text))).toBe(text);
  });

  it("names what the transcript depends on", () => {
    expect(parseFingerprint(STORED[2] ?? "")).toEqual({
      version: "2",
      content: "etag-%2291ab%22-1048576",
      captions: "",
      mode: "prefer",
      language: "",
      engine: "WHISPER",
      edit: "edited-5994471a",
    });
  });

  it("names the recogniser, its speakers and terms apart", () => {
    expect(STORED.slice(4).map(parseFingerprint)).toMatchObject([
      { engine: "NVIDIA_NIMS,local", speakers: "auto" },
      { engine: "local", speakers: "2", edit: "edited-5994471a" },
      { engine: "local", speakers: "auto", terms: "1234abcd" },
    ]);
  });

  it("of a file that changed while it was read is that of no file", () => {
    expect(formatFingerprint(asChanging(parseFingerprint(STORED[0] ?? "")))).toBe(
      "2|changing-9f86d081|e3b0c442|prefer|de|NVIDIA_NIMS,local",
    );
  });
});
