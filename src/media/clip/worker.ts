import { rmSync } from "node:fs";
import { toMediasearchError } from "../../errors.ts";
import { serveParent } from "../../supervised-child.ts";
import { copyPackets } from "./copy.ts";
import type { ClipJob, Reply } from "./job.ts";
import { render } from "./render.ts";

/** A process for one clip: a crash in a codec costs the clip, not the program. */

let unfinished: string | undefined;
const reply = serveParent<ClipJob, Reply>({
  onRequest: (job) => void work(job).then(reply),
  onOrphaned: () => {
    if (unfinished !== undefined) rmSync(unfinished, { force: true });
    process.kill(process.pid, "SIGKILL");
  },
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
