import { expect, it } from "vitest";
import { listEditedContents } from "../backends/edits.ts";
import { commit, MODEL, vector } from "../backends/library-case.contract.ts";
import { open } from "../backends/memory/open.ts";
import { type EditStep, findCorrections } from "../transcript-edits.ts";
import { editTranscript, type EditTools, undoEdits } from "./edit-transcript.ts";

async function opened(): Promise<{ readonly tools: EditTools; readonly step: EditStep }> {
  const { library, records } = await open();
  const more = { fingerprint: "3|abc||prefer||local" };
  await commit(library, "/a.mp3", [{ text: "The bridge is closed." }], more);
  await commit(library, "/copy.mp3", [{ text: "The bridge is closed." }], more);
  const present = await library.versions.readSegments("/a.mp3", 0, 10);
  const corrected = present.map((segment) => ({ ...segment, text: "The ridge is closed." }));
  const embed = async (): Promise<Float32Array[]> => [vector(1, 0, 0, 0)];
  return {
    tools: { library, records, model: MODEL, embed },
    step: { kind: "correct", corrections: findCorrections(present, corrected), atMs: 1 },
  };
}

const linesOf = async ({ library }: EditTools, id: string): Promise<readonly string[]> =>
  (await library.versions.readSegments(id, 0, 10)).map(({ text }) => text);

it("a change and its undoing reach the file and its copies", async () => {
  const { tools, step } = await opened();
  const asset = await tools.library.catalog.get("/a.mp3");
  await editTranscript(asset as NonNullable<typeof asset>, step, tools);
  for (const id of ["/a.mp3", "/copy.mp3"])
    expect(await linesOf(tools, id)).toEqual(["The ridge is closed."]);
  const edited = await tools.library.catalog.get("/a.mp3");
  expect(await undoEdits(edited as NonNullable<typeof edited>, 1, tools)).toEqual([step]);
  for (const id of ["/a.mp3", "/copy.mp3"])
    expect(await linesOf(tools, id)).toEqual(["The bridge is closed."]);
});

it("nothing is kept of a change whose words can't be embedded", async () => {
  const { tools, step } = await opened();
  const asset = await tools.library.catalog.get("/a.mp3");
  const failing = { ...tools, embed: () => Promise.reject(new Error("no model")) };
  await expect(editTranscript(asset as NonNullable<typeof asset>, step, failing)).rejects.toThrow(
    "no model",
  );
  expect(await listEditedContents(tools.records)).toEqual([]);
  expect(await linesOf(tools, "/a.mp3")).toEqual(["The bridge is closed."]);
});
