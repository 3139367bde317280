import { describe, expect, it } from "vitest";
import { environment, tempFolder } from "../../../test/helpers/run.ts";
import { wordsInShell } from "../../../test/helpers/shell.ts";
import { loadConfig } from "../../config/load.ts";
import { MediasearchError } from "../../errors.ts";
import { createContext } from "../context.ts";
import { upload } from "./upload.ts";

describe("what is in an object store already", () => {
  it("is not uploaded, and the command names it as it is", async () => {
    const home = tempFolder();
    const world = {
      env: environment(home),
      cwd: home,
      signal: new AbortController().signal,
      tell: () => {},
    };
    const path = "s3://talks/$(touch attacked) `touch attacked`.mp3";
    const file = {
      path,
      kind: "media",
      sizeBytes: 1,
      mtimeMs: 0,
      permissions: "",
      sidecar: null,
      otherSidecars: [],
      captionsBeside: [],
    } as const;
    const call = { dryRun: true, overwrite: false, onFailure: () => {} };
    const context = createContext(loadConfig({}, world), world);
    const error: unknown = await upload([file], [], "s3://media/", call, context).catch(
      (reason: unknown) => reason,
    );
    const hint = error instanceof MediasearchError ? error.hint : undefined;
    expect(wordsInShell(hint ?? "")).toEqual(["ingest", path]);
  });
});
