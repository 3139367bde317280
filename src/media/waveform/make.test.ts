import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { childNetworks, ownNetwork } from "../../../test/helpers/networks.ts";
import { environment, FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { networkCage } from "../../launcher.ts";
import type { ChildBounds } from "../child-limits.ts";
import { makeWaveform } from "./make.ts";

const path = join(FIXTURES, "lecture.mp3");
const make = (bounds?: ChildBounds): ReturnType<typeof makeWaveform> =>
  makeWaveform(path, {
    env: environment(tempFolder()),
    signal: new AbortController().signal,
    ...(bounds && { bounds }),
  });

describe("the process that decodes for a waveform", () => {
  it.runIf(networkCage() !== undefined)("has no network", async () => {
    const waveform = make();
    let last: readonly string[] = [];
    while ((await Promise.race([waveform, sleep(5)])) === undefined) {
      const networks = childNetworks();
      if (networks.length > 0) last = networks;
    }
    expect((await waveform).peaks.length).toBeGreaterThan(0);
    expect(last).toHaveLength(1);
    expect(last).not.toContain(ownNetwork());
  });

  it("ends when it says nothing for too long, and when it takes too much memory", async () => {
    const bounds = { maxSilenceMs: 60_000, maxMemoryBytes: 4e9 };
    await expect(make({ ...bounds, maxSilenceMs: 1 })).rejects.toMatchObject({
      code: "TIMED_OUT",
      subject: path,
    });
    await expect(make({ ...bounds, maxMemoryBytes: 1e6 })).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
      message: `${path}: the process that decoded it needed more than 1 MB`,
    });
  });
});
