import { useState } from "preact/hooks";
import { api, type ClipFormat, type Job, messageOf } from "./api.ts";
import { chosenHits, type Piece } from "./chosen-hits.ts";
import { AddToCollection } from "./collections-view.tsx";
import { formatClock, formatCount } from "./format.ts";
import { useScopes } from "./session.ts";
import { useStored } from "./store.ts";

const LOOK_MS = 500;
/** Words begin a little before the line that has them, and end a little after it. */
const PAD_MS = 300;
const FORMATS = [
  ["mp4", "video (mp4)"],
  ["webm", "video (webm)"],
  ["mp3", "sound (mp3)"],
  ["m4a", "sound (m4a)"],
  ["wav", "sound (wav)"],
] as const satisfies readonly (readonly [ClipFormat, string])[];

/** Has a clip made and waits for it. @throws ApiError */
async function makeClip(
  pieces: readonly Piece[],
  format: ClipFormat,
  onProgress: (job: Job) => void,
): Promise<Job> {
  let job = await api.makeClip({
    body: {
      pieces: pieces.map(({ fileId, startMs, endMs }) => ({ fileId, startMs, endMs })),
      format,
      exact: true,
      padMs: PAD_MS,
    },
  });
  while (job.state === "queued" || job.state === "running") {
    onProgress(job);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    job = await api.readJob({ id: job.id });
  }
  return job;
}

/** Makes one clip of pieces, and offers it when it is done. */
export function ClipMaker({ pieces: chosen }: { readonly pieces: readonly Piece[] }) {
  // Captions without a recording have nothing to cut.
  const pieces = chosen.filter(({ kind }) => kind !== "captions");
  const [format, setFormat] = useState<ClipFormat>();
  const [job, setJob] = useState<Job>();
  const [message, setMessage] = useState("");
  const isMaking = job?.state === "queued" || job?.state === "running";
  const wanted = format ?? (pieces.some(({ kind }) => kind === "video") ? "mp4" : "mp3");
  const make = async (): Promise<void> => {
    setMessage("");
    try {
      setJob(await makeClip(pieces, wanted, setJob));
    } catch (error) {
      setJob(undefined);
      setMessage(messageOf(error));
    }
  };
  return (
    <span class="clip">
      <select
        aria-label="Format of the clip"
        value={wanted}
        onChange={({ currentTarget: { value } }) => setFormat(value as ClipFormat)}
      >
        {FORMATS.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>{" "}
      <button type="button" disabled={isMaking || pieces.length === 0} onClick={() => void make()}>
        {pieces.length > 1 ? "Make a supercut" : "Make a clip"}
      </button>{" "}
      <span role="status">
        {isMaking && "cutting…"}
        {job?.state === "failed" && (job.error?.detail ?? "failed")}
        {job?.state === "cancelled" && "stopped"}
        {message}
        {pieces.length < chosen.length && "captions without a recording are left out"}
      </span>
      {job?.state === "done" && job.result?.href && (
        <a href={job.result.href} download>
          Download the clip
        </a>
      )}
    </span>
  );
}

/** What can be done with the hits that are ticked. */
export function ChosenBar() {
  const pieces = useStored(chosenHits);
  const scopes = useScopes();
  if (pieces.length === 0) return null;
  const lengthMs = pieces.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  return (
    <section class="chosen" aria-label="Selected hits">
      <strong>
        {formatCount(pieces.length, "hit")} selected, {formatClock(lengthMs)}
      </strong>
      {scopes.includes("media") && <ClipMaker pieces={pieces} />}
      {scopes.includes("edit") && (
        <AddToCollection fileIds={[...new Set(pieces.map(({ fileId }) => fileId))]} />
      )}
      <button type="button" onClick={() => chosenHits.set([])}>
        Clear
      </button>
    </section>
  );
}
