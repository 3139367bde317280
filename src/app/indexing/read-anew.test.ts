import { expect, it } from "vitest";
import { commit } from "../../backends/library-case.contract.ts";
import { open } from "../../backends/memory/open.ts";
import { PIPELINE_VERSION } from "../../fingerprint.ts";
import { tellReadAnew } from "./read-anew.ts";

it("tells of files that an earlier mediasearch read, not of those that a person brought", async () => {
  const { library } = await open();
  const put = (id: string, version: number, engine: string): Promise<void> =>
    commit(library, id, [{ text: "bridge" }], {
      fingerprint: `${version}|${id}||prefer||captions`,
      engine,
    });
  const told = (): Promise<string | undefined> => tellReadAnew(library.catalog, ["/talks"]);
  await put("/talks/new.mp4", PIPELINE_VERSION, "captions:webvtt");
  await put("/talks/mine.mp4", PIPELINE_VERSION - 1, "import");
  await put("/elsewhere/old.mp4", PIPELINE_VERSION - 1, "captions:webvtt");
  expect(await told()).toBeUndefined();
  await put("/talks/old.mp4", PIPELINE_VERSION - 1, "captions:webvtt");
  expect(await told()).toContain("read 1 file:");
});
