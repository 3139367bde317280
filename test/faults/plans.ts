import { POLICIES } from "./replay.ts";
import type { CallClass, Fault, FaultRun } from "./shim.ts";
import { type Prepared, type Trial, tryClock, tryFault, tryPowerCut } from "./trials.ts";

export const KINDS = ["kills", "full", "errors", "power", "clock"] as const;
export type Kind = (typeof KINDS)[number];

export interface Counts {
  readonly kills: number;
  /** How many calls of a command fail, each in a run of its own; all of them if it has fewer. */
  readonly points: number;
}

type Attempt = () => Promise<Trial>;
type Random = () => number;

/** Numbers from 1 to `last`: all of them, or so many that are spread evenly, by chance within. */
function spread(last: number, count: number, random: Random): number[] {
  if (last <= count) return Array.from({ length: last }, (_, i) => i + 1);
  return Array.from({ length: count }, (_, i) => 1 + Math.floor(((i + random()) * last) / count));
}

/** Kills at a change: before it, or with half of it written. */
function planKills(prepared: Prepared, { kills }: Counts, random: Random): Attempt[] {
  const { write } = prepared.undisturbed.counts;
  return Array.from({ length: kills }, (_, i) => {
    const at = 1 + Math.floor(((i + random()) * write) / kills);
    const how = random() < 0.5 ? "kill" : "torn";
    return () => tryFault(prepared, { call: "write", at, how });
  });
}

/** A disk that is full from one write on, with half of that write or none of it. */
const planFull = (prepared: Prepared, { points }: Counts, random: Random): Attempt[] =>
  spread(prepared.undisturbed.counts.write, points, random).map((at) => {
    const how = random() < 0.5 ? "errno-on" : "short";
    return () => tryFault(prepared, { call: "write", at, how, errno: "ENOSPC" });
  });

/** Errors of the disk: once, or from then on. */
function planErrors(prepared: Prepared, { points }: Counts, random: Random): Attempt[] {
  const faults = (call: CallClass, last: number): Fault[] =>
    spread(last, points, random).map((at) => ({
      call,
      at,
      how: random() < 0.5 ? "errno" : "errno-on",
      errno: "EIO",
    }));
  const { sync, write } = prepared.undisturbed.counts;
  return [
    ...faults("sync", sync),
    ...faults("read", MOST_READS),
    ...faults("write", write).filter((_, i) => i % 3 === 0),
  ].map((fault) => () => tryFault(prepared, fault));
}

/** Reads are counted only while they are to fail. */
const MOST_READS = 60;

const planPower = (prepared: Prepared, { points }: Counts, random: Random): Attempt[] =>
  spread(prepared.undisturbed.changes.length, points, random).flatMap((count) =>
    POLICIES.map((policy) => () => tryPowerCut(prepared, count, policy, random)),
  );

const DAY_S = 86_400;
const CLOCKS: readonly NonNullable<FaultRun["clock"]>[] = [
  [{ afterMs: 0, offsetSeconds: -400 * DAY_S }],
  [{ afterMs: 0, offsetSeconds: 400 * DAY_S }],
  [{ afterMs: 250, offsetSeconds: -DAY_S }],
  [{ afterMs: 250, offsetSeconds: DAY_S }],
  [
    { afterMs: 200, offsetSeconds: 3600 },
    { afterMs: 350, offsetSeconds: -3600 },
  ],
  [
    { afterMs: 150, offsetSeconds: -30 * DAY_S },
    { afterMs: 300, offsetSeconds: 30 * DAY_S },
    { afterMs: 450, offsetSeconds: 0 },
  ],
];

const planClock = (prepared: Prepared): Attempt[] =>
  CLOCKS.map((clock) => () => tryClock(prepared, clock));

const PLANS: Readonly<Record<Kind, (p: Prepared, c: Counts, r: Random) => Attempt[]>> = {
  kills: planKills,
  full: planFull,
  errors: planErrors,
  power: planPower,
  clock: planClock,
};

export const planTrials = (
  kind: Kind,
  prepared: Prepared,
  counts: Counts,
  random: Random,
): readonly Attempt[] => PLANS[kind](prepared, counts, random);
