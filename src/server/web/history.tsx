import { useState } from "preact/hooks";
import { api, messageOf, type MediaFile, type Transcript } from "./api.ts";
import { formatCount } from "./format.ts";
import { useCall } from "./use-call.ts";

interface HistoryProps {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly canEdit: boolean;
  readonly onChanged: () => void;
}

/** When a transcript was changed, and the way back. */
export function History({ file, transcript, canEdit, onChanged }: HistoryProps) {
  const base = `/v1/files/${encodeURIComponent(file.id)}`;
  const [message, setMessage] = useState("");
  const { value } = useCall<{ earlier: readonly { archivedAt: string }[] }>(
    `${base}/history`,
    transcript.revision,
  );
  const earlier = value?.earlier ?? [];
  if (earlier.length === 0) return null;
  const undo = async (): Promise<void> => {
    setMessage("");
    try {
      await api.undoCorrection(
        { id: file.id },
        { headers: { "If-Match": `"${transcript.revision}"` } },
      );
      onChanged();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <details class="quiet">
      <summary>Changed {formatCount(earlier.length, "time")}</summary>
      <ul>
        {earlier.map(({ archivedAt }) => (
          <li key={archivedAt}>
            <time dateTime={archivedAt}>{new Date(archivedAt).toLocaleString()}</time>
          </li>
        ))}
      </ul>
      {canEdit && (
        <button type="button" onClick={() => void undo()}>
          Take back the last change by hand
        </button>
      )}{" "}
      <span role="status">{message}</span>
    </details>
  );
}
