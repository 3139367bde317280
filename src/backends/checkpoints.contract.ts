import assert from "node:assert/strict";
import type { Checkpoints } from "./checkpoints.ts";

/** The law of `Checkpoints`. Each case gets an empty library of its own. */
export interface CheckpointsCase {
  readonly law: string;
  readonly run: (checkpoints: Checkpoints) => Promise<void>;
}

export const CHECKPOINTS_CASES: readonly CheckpointsCase[] = [
  {
    law: "keeps checkpoints in order, for one key a file",
    async run(checkpoints) {
      assert.deepEqual(await checkpoints.list("/a", "k"), []);
      await checkpoints.add("/a", "k", { n: 1, text: "ü" });
      await checkpoints.add("/a", "k", { n: 2 });
      await checkpoints.add("/b", "k", { n: 9 });
      assert.deepEqual(await checkpoints.list("/a", "k"), [{ n: 1, text: "ü" }, { n: 2 }]);
      assert.deepEqual(await checkpoints.list("/a", "other"), []);
      await checkpoints.add("/a", "other", { n: 3 });
      assert.deepEqual(await checkpoints.list("/a", "other"), [{ n: 3 }]);
      await checkpoints.clear("/a");
      assert.deepEqual(await checkpoints.list("/a", "other"), []);
      assert.deepEqual(await checkpoints.list("/b", "k"), [{ n: 9 }]);
    },
  },
];
