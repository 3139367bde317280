import { describe, expect, it } from "vitest";
import { MediasearchError } from "../errors.ts";
import { failedJob, isQuarantined, nextState } from "./retry.ts";
import type { FileCandidate } from "./scan/candidate.ts";

const options = { maxAttempts: 3, baseRetryDelayMs: 1000, maxRetryDelayMs: 5000 };
const file: FileCandidate = {
  path: "/a.mp3",
  kind: "media",
  sizeBytes: 10,
  mtimeMs: 20,
  permissions: "644:0:0",
  sidecar: null,
  captionsBeside: [],
};
const crash = new MediasearchError(
  "WORKER_CRASHED",
  "/a.mp3: the process that decoded it was ended by SIGSEGV",
);

describe("a failure", () => {
  it("that may pass is tried again so often, then quarantined; a file's own and an engine's are not", () => {
    expect([1, 2, 3, 4].map((attempts) => nextState("TIMED_OUT", attempts, options))).toEqual([
      "RETRYING",
      "RETRYING",
      "QUARANTINED",
      "QUARANTINED",
    ]);
    for (const code of ["IO_FAILED", "WORKER_CRASHED", "OUT_OF_MEMORY", "UNREACHABLE"] as const)
      expect(nextState(code, 1, options)).toBe("RETRYING");
    expect(nextState("OUT_OF_MEMORY", 2, options)).toBe("QUARANTINED");
    expect(nextState("OUT_OF_MEMORY", 1, { ...options, maxAttempts: 1 })).toBe("QUARANTINED");
    expect(nextState("UNREADABLE_MEDIA", 1, options)).toBe("NEEDS_MEDIA_FIX");
    expect(nextState("BUG", 1, options)).toBe("NEEDS_ENGINE_TUNING");
  });

  it("keeps a log of its attempts while file and engine stay, and begins anew when one changes", () => {
    const first = failedJob(file, crash, undefined, "local", options);
    expect(first).toMatchObject({
      state: "RETRYING",
      attempts: 1,
      reason: "the process that decoded it was ended by SIGSEGV",
      code: "WORKER_CRASHED",
    });
    const second = failedJob(file, crash, first, "local", options);
    expect([second.attempts, second.log.length]).toEqual([2, 2]);
    expect(second.log[1]).toMatch(/^\d{4}-.*Z attempt 2: WORKER_CRASHED \/a\.mp3: the process/);
    expect(failedJob({ ...file, sizeBytes: 11 }, crash, second, "local", options).attempts).toBe(1);
    expect(failedJob(file, crash, second, "STUB", options).attempts).toBe(1);
    let long = first;
    for (let i = 0; i < 50; i++) long = failedJob(file, crash, long, "local", options);
    expect(long.log).toHaveLength(20);
  });

  it("keeps its file from being tried until the file, its captions or the engine changes; one that was skipped whatever the engine", () => {
    const job = failedJob(
      file,
      new MediasearchError("UNREADABLE_MEDIA", "/a.mp3: broken"),
      undefined,
      "local",
      options,
    );
    expect(isQuarantined(job, file, "local", undefined)).toBe(true);
    expect(isQuarantined(job, { ...file, mtimeMs: 21 }, "local", undefined)).toBe(false);
    expect(
      isQuarantined(
        job,
        { ...file, sidecar: { path: "/a.srt", sizeBytes: 1, stat: "1" } },
        "local",
        undefined,
      ),
    ).toBe(false);
    expect(isQuarantined(job, file, "STUB", undefined)).toBe(false);
    expect(isQuarantined({ ...job, state: "SKIPPED" }, file, "STUB", undefined)).toBe(true);
    expect(isQuarantined({ ...job, state: "RETRYING" }, file, "local", undefined)).toBe(false);
    expect(isQuarantined(undefined, file, "local", undefined)).toBe(false);
    // Another track may be sound.
    expect(isQuarantined(job, file, "local", undefined, { audioTrack: "2" })).toBe(false);
  });

  it("is tried again when its rights change, as after chmod", () => {
    const job = failedJob(
      file,
      new MediasearchError("UNREADABLE_MEDIA", "/a.mp3: no permission to read it"),
      undefined,
      "local",
      options,
    );
    expect(isQuarantined(job, file, "local", undefined)).toBe(true);
    expect(isQuarantined(job, { ...file, permissions: "444:0:0" }, "local", undefined)).toBe(false);
    expect(
      isQuarantined(
        job,
        { ...file, sidecar: { path: "/a.vtt", sizeBytes: 1, stat: "1" } },
        "local",
        undefined,
      ),
    ).toBe(false);
  });
});
