import { useEffect, useState } from "preact/hooks";
import { api, messageOf, type FailedFile, type Job, type Status } from "./api.ts";
import { Failure, Waiting } from "./parts.tsx";
import { UploadSection } from "./uploads.tsx";
import { useEvents } from "./use-events.ts";
import { useCall } from "./use-call.ts";

const LOOK_MS = 5000;

/** What is being done, what failed and why. */
export function WorkView() {
  const [asked, setAsked] = useState(0);
  const look = (): void => setAsked((last) => last + 1);
  const happened = useEvents(["indexed", "failed", "deleted", "job"]);
  const version = asked + happened;
  const { value: jobs, problem } = useCall<{ work: Job[]; failed: FailedFile[] }>(
    "/v1/jobs",
    version,
  );
  const { value: status } = useCall<Status>("/v1/status", version);
  useEffect(() => {
    document.title = "Work · mediasearch";
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main>
      <h1>Work</h1>
      {problem && <Failure problem={problem} />}
      {!jobs && !problem && <Waiting />}
      {status?.canUpload && <UploadSection />}
      {status?.canIndex && <IndexForm status={status} onStarted={look} />}
      {jobs && (
        <>
          <section aria-label="Under way">
            <h2>Under way</h2>
            {jobs.work.length === 0 && <p class="quiet">Nothing is under way.</p>}
            <ul class="jobs">
              {jobs.work.map((job) => (
                <JobRow key={job.id} job={job} onChanged={look} />
              ))}
            </ul>
          </section>
          <section aria-label="Failed files">
            <h2>Failed files</h2>
            {jobs.failed.length === 0 && <p class="quiet">No file failed.</p>}
            <ul class="jobs">
              {jobs.failed.map((file) => (
                <FailedRow key={file.fileId} file={file} onChanged={look} />
              ))}
            </ul>
          </section>
        </>
      )}
    </main>
  );
}

function JobRow({ job, onChanged }: { readonly job: Job; readonly onChanged: () => void }) {
  const { done, total, unit, file } = job.progress;
  const isOpen = job.state === "queued" || job.state === "running";
  return (
    <li>
      <strong>{job.type}</strong> {job.state}
      {isOpen && total !== null && <progress max={total} value={done} aria-label="Progress" />}
      <span class="quiet">
        {" "}
        {done}
        {total === null ? "" : ` of ${total}`} {unit} <bdi>{file ?? ""}</bdi>
      </span>
      {job.error && <p class="quiet">{job.error.detail}</p>}
      {job.result?.href && (
        <p>
          <a href={job.result.href} download>
            Download
          </a>
        </p>
      )}
      {isOpen && (
        <button type="button" onClick={() => void api.cancelJob({ id: job.id }).finally(onChanged)}>
          Stop
        </button>
      )}
    </li>
  );
}

function FailedRow({
  file,
  onChanged,
}: {
  readonly file: FailedFile;
  readonly onChanged: () => void;
}) {
  const [message, setMessage] = useState("");
  const ask = (action: "retry" | "skip"): void => {
    const body = { fileIds: [file.fileId] };
    const asked: Promise<unknown> =
      action === "retry" ? api.retryFiles({ body }) : api.skipFiles({ body });
    asked.catch((error: unknown) => setMessage(messageOf(error))).finally(onChanged);
  };
  return (
    <li>
      <bdi>{file.file}</bdi>: {file.reason}
      {file.hint && <span class="quiet"> {file.hint}</span>}
      <p>
        <button type="button" onClick={() => ask("retry")}>
          Try again
        </button>{" "}
        <button type="button" onClick={() => ask("skip")}>
          Leave out
        </button>{" "}
        <span role="status">{message}</span>
      </p>
    </li>
  );
}

function IndexForm({
  status,
  onStarted,
}: {
  readonly status: Status;
  readonly onStarted: () => void;
}) {
  const [path, setPath] = useState(status.roots?.[0] ?? "");
  const [message, setMessage] = useState("");
  return (
    <form
      class="index"
      onSubmit={(event) => {
        event.preventDefault();
        api
          .index({ body: { paths: [path] } })
          .then(() => setMessage("started"))
          .catch((error: unknown) => setMessage(messageOf(error)))
          .finally(onStarted);
      }}
    >
      <label>
        Index a folder of the server{" "}
        <input value={path} onInput={({ currentTarget }) => setPath(currentTarget.value)} />
      </label>{" "}
      <button type="submit" disabled={path.trim() === ""}>
        Index
      </button>{" "}
      <span role="status">{message}</span>
    </form>
  );
}
