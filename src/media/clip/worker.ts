import { rmSync } from "node:fs";
import { toMediasearchError } from "../../errors.ts";
import { serveParent } from "../../supervised-child.ts";
import { copyPackets } from "./copy.ts";
import type { ClipJob, ClipReply } from "./job.ts";
import { render } from "./render.ts";

/** A process for one clip: a crash in a codec costs the clip, not the program. */

let unfinishedPath: string | undefined;
const replyToMaker = serveParent<ClipJob, ClipReply>({
  onRequest: (job) => void work(job).then(replyToMaker),
  onOrphaned: () => {
    if (unfinishedPath !== undefined) rmSync(unfinishedPath, { force: true });
    process.kill(process.pid, "SIGKILL");
  },
});

async function work(job: ClipJob): Promise<ClipReply> {
  unfinishedPath = job.to;
  try {
    const copied = job.isFast ? await copyPackets(job) : undefined;
    const result =
      copied ??
      (await render(job, { onProgress: (doneMs) => replyToMaker({ type: "progress", doneMs }) }));
    return { type: "done", result };
  } catch (error) {
    const { code, message, hint, subject } = toMediasearchError(error);
    return { type: "failed", failure: { code, message, hint, subject } };
  } finally {
    unfinishedPath = undefined;
  }
}
