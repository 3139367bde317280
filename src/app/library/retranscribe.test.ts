import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { environment, FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { loadConfig } from "../../config/load.ts";
import { type Context, createContext } from "../context.ts";
import { indexPaths } from "../indexing/index-paths.ts";
import { planRetranscription } from "./retranscribe.ts";

function contextIn(home: string, settings: Record<string, string>): Context {
  const world = {
    env: environment(home, settings),
    cwd: home,
    signal: new AbortController().signal,
    tell: () => {},
  };
  return createContext(loadConfig({}, world), world);
}

/** A recogniser that opens everywhere, because it asks its server only for files. */
const OTHER = { ASR_ENGINE: "WHISPER", WHISPER_ENDPOINT: "http://127.0.0.1:1" };

it("what a rule recognises is as it should be, and a folder with a recogniser's name is no rule", async () => {
  const home = tempFolder();
  const talk = join(home, "talk.mp3");
  copyFileSync(join(FIXTURES, "lecture.mp3"), talk);
  const stub = contextIn(home, { ASR_ENGINE: "STUB" });
  await Array.fromAsync(indexPaths(stub, { locations: [talk] }));
  const filesWith = async (rules: string): Promise<readonly string[]> =>
    (await planRetranscription(contextIn(home, { ...OTHER, ASR_ENGINE_RULES: rules }), [])).files;
  expect(await filesWith("de=WHISPER")).toEqual([talk]);
  expect(await filesWith("talks/=WHISPER,STUB")).toEqual([]);
  expect(await filesWith("talks/STUB/=WHISPER")).toEqual([talk]);
});
