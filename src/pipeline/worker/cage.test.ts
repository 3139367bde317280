import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { childNetworks, ownNetwork } from "../../../test/helpers/networks.ts";
import { environment, FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { createContext } from "../../app/context.ts";
import { loadConfig } from "../../config/load.ts";
import { networkCage } from "../../launcher.ts";
import type { FileTask } from "./protocol.ts";

async function networksFor(env: Record<string, string>, engines: string[]): Promise<string[]> {
  const home = tempFolder();
  const path = join(home, "a.mp3");
  copyFileSync(join(FIXTURES, "lecture.mp3"), path);
  const world = {
    env: environment(home, env),
    cwd: home,
    signal: new AbortController().signal,
    tell: () => {},
  };
  const context = createContext(loadConfig({}, world), world);
  const workers = await context.openWorkers();
  try {
    const task = { path, kind: "media", sidecar: null, captions: "auto", engines } as unknown;
    await workers.identify(task as FileTask, world.signal);
    return childNetworks();
  } finally {
    await workers.close();
  }
}

describe.runIf(networkCage() !== undefined)("a worker", () => {
  it("has no network when recogniser and embedder work on this machine", async () => {
    const found = await networksFor({}, ["local"]);
    expect(found).toHaveLength(1);
    expect(found).not.toContain(ownNetwork());
  });

  it("has one when a recogniser or the embedder is a server", async () => {
    expect(await networksFor({}, ["local", "WHISPER"])).toEqual([ownNetwork()]);
    const embedder = { EMBEDDING_ENDPOINT: "http://127.0.0.1:1", EMBEDDING_MODEL: "m" };
    expect(await networksFor(embedder, ["local"])).toEqual([ownNetwork()]);
  });
});
