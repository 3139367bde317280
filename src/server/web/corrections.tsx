import { useState } from "preact/hooks";
import { api, messageOf, type MediaFile, type Segment, type Transcript } from "./api.ts";

interface Editable {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly onChanged: () => void;
}

interface CorrectionProps extends Editable {
  readonly segment: Segment;
  readonly onClose: () => void;
}

/** A line's text, to be corrected where it stands. The server keeps what was there before. */
export function Correction({ file, transcript, segment, onChanged, onClose }: CorrectionProps) {
  const [text, setText] = useState(segment.text);
  const [message, setMessage] = useState("");
  const save = async (): Promise<void> => {
    try {
      await api.correctTranscript(
        { id: file.id, body: { changes: [{ index: segment.index, text: text.trim() }] } },
        { headers: { "If-Match": `"${transcript.revision}"` } },
      );
      onClose();
      onChanged();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <form
      class="correction"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        aria-label="Text of the line"
        dir="auto"
        rows={3}
        maxLength={10_000}
        value={text}
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && onClose()}
      />
      <button type="submit" disabled={text.trim() === ""}>
        Save
      </button>{" "}
      <button type="button" onClick={onClose}>
        Leave
      </button>
      {message !== "" && <p role="alert">{message}</p>}
    </form>
  );
}

/** A speaker's name, here or in every recording. */
export function RenameSpeaker({ file, name, onChanged }: Editable & { readonly name: string }) {
  const [to, setTo] = useState<string>();
  const [message, setMessage] = useState("");
  if (to === undefined)
    return (
      <button type="button" class="edit" aria-label={`Rename ${name}`} onClick={() => setTo(name)}>
        ✎
      </button>
    );
  const rename = async (fileIds: readonly string[] | undefined): Promise<void> => {
    try {
      await api.renameSpeakers({
        body: { from: [name], to: to.trim(), ...(fileIds ? { fileIds } : {}) },
      });
      setTo(undefined);
      onChanged();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault();
        void rename([file.id]);
      }}
    >
      <input
        aria-label={`New name of ${name}`}
        dir="auto"
        maxLength={200}
        value={to}
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setTo(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && setTo(undefined)}
      />
      <button type="submit" disabled={to.trim() === ""}>
        Here
      </button>{" "}
      <button type="button" disabled={to.trim() === ""} onClick={() => void rename(undefined)}>
        Everywhere
      </button>
      {message !== "" && <p role="alert">{message}</p>}
    </form>
  );
}
