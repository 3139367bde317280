import { setTimeout as realTimers } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addHints, countHints, dropHints, listHints } from "../backends/hints.ts";
import { memoryRecords } from "../backends/memory/records.ts";
import { MediasearchError } from "../errors.ts";
import { objectLocation } from "../location.ts";
import { createHintIntake, type HintIntake } from "./hint-intake.ts";
import { createWorkJobs } from "./work/jobs.ts";

const RETRY_MS = 15_000;
const ROOT = objectLocation("media", "talks/");
const message = {
  headers: new Map<string, string>(),
  body: Buffer.from(
    JSON.stringify({
      Records: [{ s3: { bucket: { name: "media" }, object: { key: "talks/a" } } }],
    }),
  ),
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An intake whose runs are `run`, and whose library answers when `isThere`. */
function openIntake(run: () => Promise<Record<string, number>>) {
  const records = memoryRecords();
  const jobs = createWorkJobs(() => {});
  const library = { isThere: true };
  const intake: HintIntake = createHintIntake({
    records: async () => {
      if (!library.isThere) throw new MediasearchError("UNREACHABLE", "the library is away");
      return records;
    },
    roots: [ROOT],
    queueJob: (request) => {
      const { id } = jobs.add(request);
      return () => jobs.get(id)?.phase === "queued";
    },
    work: { run: run as never },
    onTaken: () => {},
  });
  const settle = async (): Promise<Record<string, number>> => {
    const hints = await listHints(records);
    await dropHints(
      records,
      hints.map(({ id }) => id),
    );
    return {};
  };
  return { intake, jobs, library, records, settle };
}

const afterRetry = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  await realTimers(0);
};

describe("the intake of hints", () => {
  it("has a run look again at what a run that failed has left", async () => {
    let runs = 0;
    const { intake, records, settle } = openIntake(async () => {
      if (++runs === 1) throw new MediasearchError("UNREACHABLE", "the cluster is away");
      return settle();
    });
    await intake.take(message);
    await afterRetry();
    expect([runs, await countHints(records)]).toEqual([2, 0]);
    await afterRetry();
    expect(runs).toBe(2);
    intake.close();
  });

  it("takes up what an earlier server left, also when the library answers later", async () => {
    const { intake, library, records, settle } = openIntake(() => settle());
    await addHints(records, [[ROOT]], null, 1);
    library.isThere = false;
    intake.begin();
    await afterRetry();
    library.isThere = true;
    expect(await countHints(records)).toBe(1);
    await afterRetry();
    expect(await countHints(records)).toBe(0);
    intake.close();
  });

  it("goes on after a job that was cancelled before it began", async () => {
    const { intake, jobs, records, settle } = openIntake(() => settle());
    const other = Promise.withResolvers<void>();
    jobs.add({ kind: "index", by: "somebody", tenant: null, run: () => other.promise });
    await intake.take(message);
    const [queued] = jobs.list();
    expect(jobs.cancel(queued?.id ?? "")).toBe(true);
    other.resolve();
    await intake.take(message);
    await realTimers(0);
    expect(await countHints(records)).toBe(0);
    intake.close();
    await jobs.close();
  });
});
