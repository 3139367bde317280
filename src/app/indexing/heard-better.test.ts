import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import { loadConfig } from "../../config/load.ts";
import { PIPELINE_VERSION } from "../../fingerprint.ts";
import { allFiles, findModel } from "../../models/catalogue.ts";
import { fitOf, type StoredTranscript } from "../../pipeline/unchanged.ts";
import { heardBetterNow } from "./heard-better.ts";

/** Files of the right size: what is in them is looked at when they are loaded. */
function folderWith(...models: readonly string[]): string {
  const folder = tempFolder();
  for (const id of models) {
    mkdirSync(join(folder, id));
    for (const { name, sizeBytes } of allFiles(findModel(id))) {
      writeFileSync(join(folder, id, name), "");
      truncateSync(join(folder, id, name), sizeBytes);
    }
  }
  return folder;
}

const context = (modelCache: string, engine = "local") => {
  const env = { MEDIASEARCH_CACHE: modelCache, ASR_ENGINE: engine };
  return { config: loadConfig({}, { env, cwd: tempFolder() }) };
};

const stored = (more: Partial<StoredTranscript> = {}): StoredTranscript => ({
  fingerprint: `${PIPELINE_VERSION}|9f86||prefer||local`,
  origin: "asr",
  engine: "moonshine-tiny-int8@eed87831.1",
  language: "und",
  ...more,
});

describe("what was in no known language", () => {
  const options = { captions: "prefer", language: undefined, engines: ["local"] } as const;

  it("is recognised again once the model is here, and only once", async () => {
    const isHeardBetter = await heardBetterNow(context(folderWith("whisper-base")));
    const fit = (one: StoredTranscript) => fitOf(one, { ...options, isHeardBetter }, "");
    expect(fitOf(stored(), options, "")).toBe("yes");
    expect(fit(stored())).toBe("no");
    const byWhisper = "moonshine-tiny-int8.whisper-base-int8@eed87831.523295ea.1.1";
    expect(fit(stored({ engine: byWhisper }))).toBe("yes");
    expect(fit(stored({ language: "en" }))).toBe("yes");
  });

  it("is not looked at again for a model that would not be used", async () => {
    const both = folderWith("whisper-base", "whisper-tiny");
    const isHeardBetter = await heardBetterNow(context(both));
    const byBase = "moonshine-tiny-int8.whisper-base-int8@eed87831.523295ea.1.1";
    expect(isHeardBetter?.(stored({ engine: byBase }))).toBe(false);
    const byTiny = "moonshine-tiny-int8.whisper-tiny-int8@eed87831.dcb76c65.1.1";
    expect(isHeardBetter?.(stored({ engine: byTiny }))).toBe(true);
  });

  it("by another recogniser stays: that has no more models now", async () => {
    const isHeardBetter = await heardBetterNow(context(folderWith("whisper-base"), "BYO,local"));
    expect(isHeardBetter?.(stored())).toBe(true);
    expect(
      isHeardBetter?.(
        stored({ fingerprint: `${PIPELINE_VERSION}|9f86||prefer||BYO`, engine: "x@1" }),
      ),
    ).toBe(false);
  });

  it("stays while the model is away, or partly there", async () => {
    expect(await heardBetterNow(context(folderWith()))).toBeUndefined();
    expect(await heardBetterNow(context(folderWith("whisper-base"), "STUB"))).toBeUndefined();
    const part = folderWith("whisper-base");
    truncateSync(join(part, "whisper-base/base-decoder.int8.onnx"), 5);
    expect(await heardBetterNow(context(part))).toBeUndefined();
  });
});
