import { useEffect, useState } from "preact/hooks";
import { api, type Collection, messageOf } from "./api.ts";
import { formatCount } from "./format.ts";
import { Failure, Waiting } from "./parts.tsx";
import { useScopes } from "./session.ts";
import { useCall } from "./use-call.ts";

/** A field for a collection's name; the known ones are offered. */
export function AddToCollection({
  fileIds,
  onAdded,
}: {
  readonly fileIds: readonly string[];
  readonly onAdded?: () => void;
}) {
  const [version, setVersion] = useState(0);
  const { value } = useCall<{ collections: Collection[] }>("/v1/collections", version);
  const [name, setName] = useState("");
  const [message, setMessage] = useState("");
  const add = async (): Promise<void> => {
    const known = value?.collections.find((one) => one.name === name.trim());
    try {
      if (known)
        await api.changeCollection({
          id: known.id,
          body: { name: known.name, fileIds: [...new Set([...known.fileIds, ...fileIds])] },
        });
      else await api.createCollection({ body: { name: name.trim(), fileIds } });
      setMessage(`added to ${name.trim()}`);
      setName("");
      setVersion((last) => last + 1);
      onAdded?.();
    } catch (error) {
      setMessage(messageOf(error));
    }
  };
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        list="collections"
        aria-label="Collection"
        placeholder="Collection"
        maxLength={200}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <datalist id="collections">
        {value?.collections.map((one) => (
          <option key={one.id} value={one.name} />
        ))}
      </datalist>{" "}
      <button type="submit" disabled={name.trim() === "" || fileIds.length === 0}>
        Add to collection
      </button>{" "}
      <span role="status">{message}</span>
    </form>
  );
}

/** All collections, with ways into them. */
export function CollectionsView() {
  const [version, setVersion] = useState(0);
  const { value, problem } = useCall<{ collections: Collection[] }>("/v1/collections", version);
  const canEdit = useScopes().includes("edit");
  useEffect(() => {
    document.title = "Collections · mediasearch";
  }, []);
  return (
    <main>
      <h1>Collections</h1>
      {problem && <Failure problem={problem} />}
      {!value && !problem && <Waiting />}
      {value?.collections.length === 0 && (
        <p class="quiet">
          There are none yet. Tick hits of a search, or open a recording, to put recordings into
          one.
        </p>
      )}
      <ul class="jobs">
        {value?.collections.map((collection) => (
          <CollectionRow
            key={collection.id}
            collection={collection}
            canEdit={canEdit}
            onChanged={() => setVersion((last) => last + 1)}
          />
        ))}
      </ul>
    </main>
  );
}

interface RowProps {
  readonly collection: Collection;
  readonly canEdit: boolean;
  readonly onChanged: () => void;
}

function CollectionRow({ collection, canEdit, onChanged }: RowProps) {
  const { id, name, description, fileIds } = collection;
  const [isSure, setSure] = useState(false);
  return (
    <li>
      <h2>
        <a href={`/files?collection=${encodeURIComponent(id)}`}>
          <bdi>{name}</bdi>
        </a>{" "}
        <span class="quiet">{formatCount(fileIds.length, "recording")}</span>
      </h2>
      {description !== "" && <p dir="auto">{description}</p>}
      {canEdit && (
        <button
          type="button"
          onClick={() => {
            if (!isSure) return setSure(true);
            void api.deleteCollection({ id }).finally(onChanged);
          }}
        >
          {isSure ? "Delete it, and keep its recordings" : "Delete"}
        </button>
      )}
    </li>
  );
}
