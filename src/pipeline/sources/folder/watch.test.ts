import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../../../test/helpers/run.ts";
import { until } from "../../../../test/helpers/until.ts";
import { type FolderWatchOptions, watchFolderRoots } from "./watch.ts";
import { openRootWatch } from "./watch-modes.ts";

let root: string;
let stop: AbortController;
let notices: string[];
beforeEach(() => {
  root = join(tempFolder(), "root");
  mkdirSync(root);
  stop = new AbortController();
  notices = [];
});
afterEach(() => stop.abort(new Error("over")));

/** Everything that was told so far, batch by batch. */
async function follow(
  more: Partial<FolderWatchOptions> = {},
): Promise<{ batches: (readonly string[])[]; ended: Promise<unknown> }> {
  const batches: (readonly string[])[] = [];
  const changes = watchFolderRoots([root], {
    signal: stop.signal,
    stableMs: 150,
    gatherMs: 80,
    pollMs: 150,
    onNotice: (text) => notices.push(text),
    ...more,
  });
  const first = changes.next();
  const ended = (async () => {
    for (let next = await first; !next.done; next = await changes.next()) batches.push(next.value);
  })().catch((error: unknown) => error);
  // Watching begins with the first question. Nothing says when it has begun; the folders are few.
  await new Promise((done) => setTimeout(done, 500));
  return { batches, ended };
}

const flat = (batches: readonly (readonly string[])[]): string[] =>
  batches.flat().map((path) => path.slice(root.length + 1));

describe("watching", () => {
  it("tells of files that come, change, move and go, below new folders too, and never of hidden ones", async () => {
    const { batches } = await follow();
    writeFileSync(join(root, "a.mp3"), "1");
    mkdirSync(join(root, "new/deep"), { recursive: true });
    writeFileSync(join(root, "new/deep/b.mp3"), "1");
    writeFileSync(join(root, ".hidden.mp3"), "1");
    await until(() => flat(batches).includes("a.mp3") && flat(batches).includes("new/deep/b.mp3"));
    batches.length = 0;
    renameSync(join(root, "a.mp3"), join(root, "c.mp3"));
    await until(() => flat(batches).includes("a.mp3") && flat(batches).includes("c.mp3"));
    rmSync(join(root, "new"), { recursive: true });
    await until(() => flat(batches).some((path) => path === "new" || path === "new/deep/b.mp3"));
    expect(flat(batches)).not.toContain(".hidden.mp3");
  });

  it("leaves a file that is still being written, without holding up others", async () => {
    const { batches } = await follow({ stableMs: 3000 });
    const growing = setInterval(() => appendFileSync(join(root, "growing.wav"), "more"), 50);
    writeFileSync(join(root, "whole.wav"), "all");
    await until(() => flat(batches).includes("whole.wav"));
    expect(flat(batches)).not.toContain("growing.wav");
    clearInterval(growing);
    await until(() => flat(batches).includes("growing.wav"));
    expect(flat(batches).filter((path) => path === "growing.wav")).toHaveLength(1);
  });

  it("gathers a burst into few batches", async () => {
    const { batches } = await follow();
    for (let i = 0; i < 200; i++) writeFileSync(join(root, `${i}.mp3`), "1");
    await until(() => flat(batches).length >= 200);
    expect(batches.length).toBeLessThan(10);
  });

  it("survives the folder going and coming back, and takes its files for offline, not deleted", async () => {
    writeFileSync(join(root, "a.mp3"), "1");
    const { batches } = await follow();
    renameSync(root, `${root}-away`);
    await until(() => notices.some((text) => text.includes("is gone")));
    expect(flat(batches)).toEqual([]);
    renameSync(`${root}-away`, root);
    await until(() => batches.flat().includes(root));
    expect(notices.at(-1)).toMatch(/is back/);
    writeFileSync(join(root, "b.mp3"), "1");
    await until(() => flat(batches).includes("b.mp3"));
  });

  it("lists a folder again that was seen to be gone a moment before it came back", async () => {
    const again: string[] = [];
    const watched = openRootWatch([root], {
      signal: stop.signal,
      pollMs: 1000,
      onNotice: (text) => notices.push(text),
      mark: () => {},
      listAgain: (path) => again.push(path),
    });
    await watched.begin(root);
    renameSync(root, `${root}-away`);
    await watched.lookAround();
    expect(watched.isAway(join(root, "a.mp3"))).toBe(true);
    renameSync(`${root}-away`, root);
    await watched.awaits(root, { at: null, code: "ENOENT" });
    watched.close();
    expect(again).toEqual([root]);
    expect(notices.map((text) => text.replace(root, "it"))).toEqual([
      "it is gone; waiting for it to come back",
      "it is back",
    ]);
  });

  it("says so when the system's watches are used up, and looks for itself", async () => {
    const { batches } = await follow({
      watch: () => {
        throw Object.assign(new Error("no more"), { code: "ENOSPC" });
      },
    });
    expect(notices).toEqual([
      expect.stringMatching(/can't be watched \(ENOSPC\).*max_user_watches/),
    ]);
    writeFileSync(join(root, "a.mp3"), "1");
    await until(() => flat(batches).includes("a.mp3"));
    rmSync(join(root, "a.mp3"));
    await until(() => flat(batches).filter((path) => path === "a.mp3").length === 2);
  });

  it("takes the files of a root that it looks through for offline as well when the root is gone, and says once that it can't be watched", async () => {
    writeFileSync(join(root, "a.mp3"), "1");
    const { batches } = await follow({
      watch: () => {
        throw Object.assign(new Error("no more"), { code: "ENOSPC" });
      },
    });
    renameSync(root, `${root}-away`);
    await until(() => notices.some((text) => text.includes("is gone")));
    renameSync(`${root}-away`, root);
    await until(() => batches.flat().includes(root));
    expect(flat(batches)).not.toContain("a.mp3");
    expect(
      notices.map((text) =>
        text.replace(root, "").replace(/can't be watched.*/, "can't be watched"),
      ),
    ).toEqual([" can't be watched", " is gone; waiting for it to come back", " is back"]);
  });

  it("does not go round in circles of links, and ends with the reason when it is told to", async () => {
    symlinkSync(root, join(root, "circle"));
    const { ended, batches } = await follow();
    writeFileSync(join(root, "a.mp3"), "1");
    await until(() => flat(batches).includes("a.mp3"));
    stop.abort(new Error("enough"));
    expect(await ended).toMatchObject({ message: "enough" });
  });
});
