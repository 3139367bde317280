import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { childNetworks, childrenSee, ownNetwork } from "../../../test/helpers/networks.ts";
import { environment, FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { createContext } from "../../app/context.ts";
import { loadConfig } from "../../config/load.ts";
import { fileCage, networkCage } from "../../launcher.ts";
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

describe.runIf(fileCage({ media: [], models: [] }) !== undefined)("what a worker sees", () => {
  /** A folder of recordings beside a file that is nobody's business. */
  function place(): { readonly talks: string; readonly secret: string } {
    const folder = tempFolder();
    const talks = join(folder, "talks");
    mkdirSync(talks);
    copyFileSync(join(FIXTURES, "lecture.mp3"), join(talks, "a.mp3"));
    copyFileSync(join(FIXTURES, "lecture.mp3"), join(folder, "elsewhere.mp3"));
    symlinkSync(join(folder, "elsewhere.mp3"), join(talks, "link.mp3"));
    writeFileSync(join(folder, "id_rsa"), "secret");
    return { talks, secret: join(folder, "id_rsa") };
  }

  async function withWorkers<T>(
    media: readonly string[],
    env: Record<string, string>,
    act: (identify: (path: string, engines?: string[]) => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    const home = tempFolder();
    const { signal } = new AbortController();
    const world = { env: environment(home, env), cwd: home, signal, tell: () => {} };
    const workers = await createContext(loadConfig({}, world), world).openWorkers(media);
    try {
      return await act((path, engines = ["local"]) => {
        const task = { path, kind: "media", sidecar: null, captions: "auto", engines } as unknown;
        return workers.identify(task as FileTask, signal);
      });
    } finally {
      await workers.close();
    }
  }

  it("is the folders of the run, and what links in them lead to", async () => {
    const { talks, secret } = place();
    await withWorkers([talks], {}, async (identify) => {
      await identify(join(talks, "a.mp3"));
      expect([childrenSee(join(talks, "a.mp3")), childrenSee(secret)]).toEqual([[true], [false]]);
      // A link that leads out of the folder costs a new worker.
      expect(await identify(join(talks, "link.mp3"))).toEqual(await identify(join(talks, "a.mp3")));
      expect([...new Set(childrenSee(secret))]).toEqual([false]);
    });
  });

  it("is one file where one was named", async () => {
    const { talks, secret } = place();
    await withWorkers([join(talks, "a.mp3")], {}, async (identify) => {
      await identify(join(talks, "a.mp3"));
      expect([childrenSee(join(talks, "link.mp3")), childrenSee(secret)]).toEqual([
        [false],
        [false],
      ]);
    });
  });

  it("is what the user sees where a recogniser has models of its own", async () => {
    const { talks, secret } = place();
    await withWorkers([talks], {}, async (identify) => {
      await identify(join(talks, "a.mp3"), ["SHERPA"]);
      expect(childrenSee(secret)).toEqual([true]);
    });
  });
});
