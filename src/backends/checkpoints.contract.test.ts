import type { Backend } from "./backend.ts";
import { CHECKPOINTS_CASES } from "./checkpoints.contract.ts";
import { describeContract, type PlantedBugs } from "./suite.contract.ts";

type Subject = Pick<Backend, "checkpoints">;

const BUGS: PlantedBugs<Subject> = {
  "keeps only the last checkpoint": ({ checkpoints }) => ({
    checkpoints: { list: async (id, key) => (await checkpoints.list(id, key)).slice(-1) },
  }),
  "ignores the key": ({ checkpoints }) => ({
    checkpoints: {
      add: (id, _, checkpoint) => checkpoints.add(id, "k", checkpoint),
      list: (id) => checkpoints.list(id, "k"),
    },
  }),
  "clears every file's checkpoints": ({ checkpoints }) => ({
    checkpoints: {
      async clear() {
        for (const id of ["/a", "/b"]) await checkpoints.clear(id);
      },
    },
  }),
};

describeContract<Subject>(
  "checkpoints",
  CHECKPOINTS_CASES.map(({ law, run }) => ({ law, run: ({ checkpoints }) => run(checkpoints) })),
  BUGS,
  ({ checkpoints }) => ({ checkpoints }),
);
