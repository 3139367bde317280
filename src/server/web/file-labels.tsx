import { useState } from "preact/hooks";
import { api, type Collection, messageOf, type MediaFile } from "./api.ts";
import { AddToCollection } from "./collections-view.tsx";
import { useCall } from "./use-call.ts";

interface LabelsProps {
  readonly file: MediaFile;
  readonly canEdit: boolean;
  readonly onChanged: () => void;
}

/** The collections and tags of a recording. */
export function FileLabels({ file, canEdit, onChanged }: LabelsProps) {
  const { value } = useCall<{ collections: Collection[] }>("/v1/collections");
  const own = value?.collections.filter(({ id }) => file.collections.includes(id)) ?? [];
  if (!canEdit && own.length === 0 && file.tags.length === 0) return null;
  return (
    <section aria-label="Collections and tags">
      <ul class="labels">
        {own.map((collection) => (
          <li key={collection.id}>
            <a href={`/files?collection=${encodeURIComponent(collection.id)}`}>
              <bdi>{collection.name}</bdi>
            </a>
            {canEdit && (
              <button
                type="button"
                class="edit"
                aria-label={`Take out of ${collection.name}`}
                onClick={() => void takeOut(collection, file.id).finally(onChanged)}
              >
                ✕
              </button>
            )}
          </li>
        ))}
      </ul>
      {canEdit && <AddToCollection fileIds={[file.id]} onAdded={onChanged} />}
      <Tags file={file} canEdit={canEdit} onChanged={onChanged} />
    </section>
  );
}

const takeOut = ({ id, name, fileIds }: Collection, fileId: string): Promise<unknown> =>
  api
    .changeCollection({
      id,
      body: { name, fileIds: fileIds.filter((other) => other !== fileId) },
    })
    .catch(() => undefined);

function Tags({ file, canEdit, onChanged }: LabelsProps) {
  const [text, setText] = useState<string>();
  const [message, setMessage] = useState("");
  if (text === undefined)
    return (
      <p>
        {file.tags.map((tag) => (
          <a class="tag" key={tag} href={`/files?tag=${encodeURIComponent(tag)}`}>
            <bdi>{tag}</bdi>
          </a>
        ))}
        {canEdit && (
          <button type="button" class="edit" onClick={() => setText(file.tags.join(", "))}>
            {file.tags.length === 0 ? "Add tags" : "Change tags"}
          </button>
        )}
      </p>
    );
  const save = async (): Promise<void> => {
    const tags = text.split(",").map((tag) => tag.trim());
    try {
      await api.setTags({
        id: file.id,
        body: { tags: [...new Set(tags.filter((tag) => tag !== ""))] },
      });
      setText(undefined);
      onChanged();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        aria-label="Tags, separated by commas"
        dir="auto"
        value={text}
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && setText(undefined)}
      />{" "}
      <button type="submit">Save</button>
      {message !== "" && <p role="alert">{message}</p>}
    </form>
  );
}
