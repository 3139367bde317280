import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { busyError, isHeld, LAPSED_MS, livenessOfRun } from "./lease.ts";
import { livenessOf, markOfThisProcess } from "../process-mark.ts";

const HOST = "here";
const YEAR_MS = 366 * 86_400_000;
const mark = markOfThisProcess();
const run = (more: object) => ({
  pid: process.pid,
  host: HOST,
  mark,
  startedAtMs: Date.now(),
  renewedAtMs: Date.now(),
  ...more,
});

describe("a run of this machine", () => {
  it("holds the library as long as its process lives, whatever the clocks say", () => {
    for (const atMs of [1, Date.now() - YEAR_MS, Date.now() + YEAR_MS, 1e300])
      expect(isHeld(run({ startedAtMs: atMs, renewedAtMs: atMs }), HOST)).toBe(true);
  });

  it("has lost it when its number is another process's now, or nobody's", () => {
    expect(isHeld(run({ mark: `${mark}1` }), HOST)).toBe(false);
    expect(isHeld(run({ pid: process.ppid, mark: `${mark}1` }), HOST)).toBe(false);
    expect(isHeld(run({ pid: 4_194_305 }), HOST)).toBe(false);
    expect(isHeld(run({ mark: "own 1234" }), HOST)).toBe(false);
  });

  it.runIf(process.platform === "linux")(
    "has lost it when it was killed and nobody has noticed",
    async () => {
      // The shell becomes a process that never asks how its child ended.
      const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
      const [pid] = (await once(parent.stdout, "data")).map(Number) as [number];
      const start = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21];
      const its = `${mark.slice(0, mark.lastIndexOf(" "))} ${start}`;
      expect(livenessOf(pid, its)).toBe("alive");
      process.kill(pid, "SIGKILL");
      await sleep(200);
      // The number is still taken.
      expect([livenessOf(pid, null), livenessOf(pid, its)]).toEqual(["alive", "dead"]);
      parent.kill("SIGKILL");
    },
  );
});

describe("a run of another machine, another container or an earlier start", () => {
  const elsewhere = (renewedAtMs: number) => [
    run({ host: "elsewhere", renewedAtMs }),
    run({ mark: "linux 00000000-0000-0000-0000-000000000000 pid:[1] 77", renewedAtMs }),
    run({ mark: mark.replace(/pid:\[\d+\]/, "pid:[5]").replace("darwin", "other"), renewedAtMs }),
  ];

  it("holds the library while it is heard of", () => {
    for (const one of elsewhere(Date.now() - LAPSED_MS / 2)) {
      expect(livenessOfRun(one, HOST)).toBe("unknown");
      expect(isHeld(one, HOST)).toBe(true);
    }
  });

  it("has lost it after a minute of silence, and when its clock is a year ahead", () => {
    for (const silentMs of [LAPSED_MS, YEAR_MS, -YEAR_MS, NaN])
      for (const one of elsewhere(Date.now() - silentMs)) expect(isHeld(one, HOST)).toBe(false);
  });
});

describe("the error of a locked library", () => {
  it("names who has it, though its time is none, and the command that looks closer", () => {
    const { message, hint } = busyError(run({ startedAtMs: 1e300, renewedAtMs: NaN }), "/l");
    expect(message).toBe(
      `/l: process ${process.pid} on ${HOST} has been indexing into it since 1e+300`,
    );
    expect(hint).toContain("mediasearch unlock");
  });
});
