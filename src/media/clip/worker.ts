import { rmSync } from "node:fs";
import { toMediasearchError } from "../../errors.ts";
import { copyPackets } from "./copy.ts";
import type { ClipJob, Reply } from "./job.ts";
import { render } from "./render.ts";

/** A process for one clip: a crash in a codec costs the clip, not the program. */

const reply = (message: Reply): void => {
  process.send?.(message);
};

let unfinished: string | undefined;
// The main process decides when to stop; Ctrl-C in a terminal reaches the whole process group.
process.on("SIGINT", () => {});
process.on("disconnect", () => {
  if (unfinished !== undefined) rmSync(unfinished, { force: true });
  process.kill(process.pid, "SIGKILL");
});

async function work(job: ClipJob): Promise<Reply> {
  unfinished = job.to;
  try {
    const copied = job.isFast ? await copyPackets(job) : undefined;
    const result =
      copied ??
      (await render(job, { onProgress: (doneMs) => reply({ type: "progress", doneMs }) }));
    return { type: "done", result };
  } catch (error) {
    const { code, message, hint, subject } = toMediasearchError(error);
    return { type: "failed", failure: { code, message, hint, subject } };
  } finally {
    unfinished = undefined;
  }
}

process.on("message", (job: ClipJob) => {
  void work(job).then(reply);
});
