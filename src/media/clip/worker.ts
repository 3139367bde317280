import { rmSync } from "node:fs";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { serveParent } from "../../supervised-child.ts";
import { fileIdentity } from "../file-identity.ts";
import { copyPackets } from "./copy.ts";
import type { ClipJob, ClipReply, UnfinishedFolder } from "./job.ts";
import { render } from "./render.ts";

/** A process for one clip: a crash in a codec costs the clip, not the program. */

let unfinishedPath: string | undefined;
const replyToMaker = serveParent<ClipJob, ClipReply>({
  onRequest: (job) => void work(job).then(replyToMaker),
  onOrphaned: () => {
    if (unfinishedPath !== undefined) rmSync(unfinishedPath, { recursive: true, force: true });
    process.kill(process.pid, "SIGKILL");
  },
});

/**
 * FFmpeg opens what it writes by name and follows links. Inside a folder that only this user enters
 * there are none, and as the folder is entered first, it stays the same one whatever others do to
 * its path.
 */
async function enter({ path, identity }: UnfinishedFolder): Promise<void> {
  process.chdir(path);
  if ((await fileIdentity(".")) !== identity)
    throw new MediasearchError("IO_FAILED", `${path}: was replaced while the clip began`, {
      subject: path,
    });
  unfinishedPath = path;
}

async function work(job: ClipJob): Promise<ClipReply> {
  try {
    await enter(job.folder);
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
