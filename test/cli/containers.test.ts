import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { BIN, environment, FIXTURES, tempFolder } from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

/** A process 1 of its own, as in a container; the host's name stays. */
const CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
const canContain =
  process.platform === "linux" &&
  spawnSync(CONTAINER[0] ?? "", [...CONTAINER.slice(1), "true"]).status === 0;

let home: string;
let folder: string;
beforeEach(() => {
  [home, folder] = [tempFolder(), tempFolder()];
  copyFileSync(join(FIXTURES, "lecture.mp3"), join(folder, "a.mp3"));
  copyFileSync(join(FIXTURES, "lecture.vtt"), join(folder, "a.vtt"));
});
const [command = "", ...words] = [...CONTAINER, "--kill-child", process.execPath, BIN];
const options = () => ({ env: environment(home), cwd: folder });
const index = () =>
  spawnSync(command, [...words, "index", folder], { ...options(), encoding: "utf8" });

/** A container that goes on: it watches the folder. */
async function startWatching(): Promise<ChildProcess> {
  const child = spawn(command, [...words, "index", folder, "--watch"], {
    ...options(),
    stdio: "ignore",
  });
  await until(() => existsSync(join(home, "library.sqlite-run")));
  return child;
}

describe.runIf(canContain)("a container, in which mediasearch is process 1", () => {
  it("that was killed leaves the library to the next one at once, and nothing beside it", async () => {
    for (let n = 0; n < 3; n++) {
      const child = await startWatching();
      child.kill("SIGKILL");
      await new Promise((done) => child.once("exit", done));
      const { status, stderr } = index();
      expect(status, stderr).toBe(0);
    }
    expect(readdirSync(home).filter((name) => name.endsWith("-run"))).toEqual([]);
  });

  it("that lives keeps the library from another one with the same name and number", async () => {
    const child = await startWatching();
    try {
      const { status, stderr } = index();
      expect([status, stderr.includes("process 1 on")], stderr).toEqual([11, true]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
