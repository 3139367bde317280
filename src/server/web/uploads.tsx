import { useEffect, useState } from "preact/hooks";
import { formatBytes } from "./format.ts";
import { navigate } from "./router.ts";
import { useStored } from "./store.ts";
import { clearSent, sendFiles, type Sending, sendings, stopSending } from "./upload-queue.ts";

/** Takes files that are dropped anywhere on the page. */
export function DropTarget() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      sendFiles(event.dataTransfer?.files ?? []);
      navigate("/work");
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver ? <div class="drop">Drop recordings here to upload them</div> : null;
}

/** What is being sent, and a field for those who do not drag. */
export function UploadSection() {
  const list = useStored(sendings);
  return (
    <section aria-label="Upload">
      <h2>Upload</h2>
      <p>
        <label>
          Recordings and captions of this computer, or drop them anywhere:{" "}
          <input
            type="file"
            multiple
            onChange={({ currentTarget }) => {
              sendFiles(currentTarget.files ?? []);
              currentTarget.value = "";
            }}
          />
        </label>
      </p>
      <ul class="jobs">
        {list.map((sending) => (
          <SendingRow key={sending.id} sending={sending} />
        ))}
      </ul>
      {list.some(({ state }) => !["waiting", "sending"].includes(state)) && (
        <button type="button" onClick={clearSent}>
          Clear what is done
        </button>
      )}
    </section>
  );
}

const STATES: Readonly<Record<Sending["state"], string>> = {
  waiting: "waits",
  sending: "is sent",
  sent: "was sent, and is indexed now",
  failed: "failed",
  stopped: "was stopped",
};

function SendingRow({ sending }: { readonly sending: Sending }) {
  const { id, name, sizeBytes, sentBytes, state, message } = sending;
  const isOpen = state === "waiting" || state === "sending";
  return (
    <li>
      <bdi>{name}</bdi> <span class="quiet">{STATES[state]}</span>
      {isOpen && (
        <>
          {" "}
          <progress max={sizeBytes} value={sentBytes} aria-label={`Upload of ${name}`} />{" "}
          <span class="quiet">
            {formatBytes(sentBytes)} of {formatBytes(sizeBytes)}
          </span>{" "}
          <button type="button" onClick={() => stopSending(id)}>
            Stop
          </button>
        </>
      )}
      {message !== "" && <p role="alert">{message}</p>}
    </li>
  );
}
