import type { Backend } from "./backend.ts";
import { JOB_STORE_CASES } from "./job-store.contract.ts";
import { describeContract, type PlantedBugs } from "./suite.contract.ts";

type Subject = Pick<Backend, "jobs">;

const BUGS: PlantedBugs<Subject> = {
  "keeps the first job of a file": ({ jobs }) => ({
    jobs: {
      async put(job) {
        if (!(await jobs.get(job.id))) await jobs.put(job);
      },
    },
  }),
  "loses the log": ({ jobs }) => ({ jobs: { put: (job) => jobs.put({ ...job, log: [] }) } }),
  "lists the newest first": ({ jobs }) => ({
    jobs: { list: async () => (await jobs.list()).toReversed() },
  }),
  "fails to remove what is absent": ({ jobs }) => ({
    jobs: {
      async remove(id) {
        if (!(await jobs.get(id))) throw new Error("absent");
        await jobs.remove(id);
      },
    },
  }),
};

describeContract<Subject>(
  "job store",
  JOB_STORE_CASES.map(({ law, run }) => ({ law, run: ({ jobs }) => run(jobs) })),
  BUGS,
  ({ jobs }) => ({ jobs }),
);
