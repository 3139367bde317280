import type { Backend } from "./backend.ts";
import { RUN_LOCK_CASES } from "./run-lock.contract.ts";
import { describeContract, type PlantedBugs } from "./suite.contract.ts";

type Subject = Pick<Backend, "runLock">;

const BUGS: PlantedBugs<Subject> = {
  "lets two in": ({ runLock }) => ({
    runLock: { acquire: (holder) => runLock.acquire({ ...holder, pid: 4_194_305 }) },
  }),
  "never lets a dead holder go": ({ runLock }) => ({
    runLock: { acquire: (holder) => runLock.acquire({ ...holder, pid: process.pid }) },
  }),
  "trusts no other machine": ({ runLock }) => ({
    runLock: { acquire: (holder) => runLock.acquire({ ...holder, host: "here" }) },
  }),
  "goes by the number of a process alone": ({ runLock }) => ({
    runLock: { acquire: ({ pid, host }) => runLock.acquire({ pid, host }) },
  }),
  "does not know who does what": () => ({ runLock: { listWork: async () => [] } }),
  "breaks no lock": () => ({ runLock: { breakRuns: async () => [] } }),
  "breaks every lock": ({ runLock }) => ({
    runLock: { breakRuns: () => runLock.breakRuns(() => true) },
  }),
  "forgets how a run ended": ({ runLock }) => ({
    runLock: {
      async lastRun() {
        const last = await runLock.lastRun();
        return last && { ...last, summary: null };
      },
    },
  }),
};

describeContract<Subject>(
  "run lock",
  RUN_LOCK_CASES.map(({ law, run }) => ({ law, run: ({ runLock }) => run(runLock) })),
  BUGS,
  ({ runLock }) => ({ runLock }),
);
