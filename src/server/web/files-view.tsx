import { useEffect, useState } from "preact/hooks";
import { address, type Collection, type FileList, type MediaFile } from "./api.ts";
import { AddToCollection } from "./collections-view.tsx";
import { formatClock, formatCount, formatDay } from "./format.ts";
import { Failure, Waiting } from "./parts.tsx";
import { navigate, type Place } from "./router.ts";
import { useScopes } from "./session.ts";
import { useEvents } from "./use-events.ts";
import { useCall } from "./use-call.ts";

const PAGE_FILES = 50;
const SORTS = [
  ["indexed", "newest in the library"],
  ["recorded", "newest recording"],
  ["file", "name"],
  ["duration", "longest"],
] as const;

const filesAddress = (query: URLSearchParams): string =>
  address("/v1/files", {
    file: globOf(query.get("name") ?? ""),
    collection: query.get("collection") ?? undefined,
    tag: query.get("tag") ?? undefined,
    state: query.get("state") ?? undefined,
    sort: query.get("sort") ?? "indexed",
    offset: query.get("offset") ?? undefined,
    limit: PAGE_FILES,
  });

/** A part of a name, as the pattern that the API takes. */
const globOf = (text: string): string | undefined =>
  text.trim() === "" ? undefined : `*${text.trim().replaceAll(/[*?[\]{}\\/]/g, "?")}*`;

function withValue(query: URLSearchParams, name: string, value: string): string {
  const next = new URLSearchParams(query);
  if (name !== "offset") next.delete("offset");
  if (value === "") next.delete(name);
  else next.set(name, value);
  return `/files?${next}`;
}

/** Every recording, the newest first. */
export function FilesView({ place: { query } }: { readonly place: Place }) {
  const { value: page, problem } = useCall<FileList>(
    filesAddress(query),
    useEvents(["indexed", "failed", "deleted"]),
  );
  const { value: known } = useCall<{ collections: Collection[] }>("/v1/collections");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const canEdit = useScopes().includes("edit");
  const collection = known?.collections.find(({ id }) => id === query.get("collection"));
  useEffect(() => {
    document.title = "Recordings · mediasearch";
  }, []);
  return (
    <main>
      <h1>{collection ? <bdi>{collection.name}</bdi> : "Recordings"}</h1>
      {collection && collection.description !== "" && <p dir="auto">{collection.description}</p>}
      <Narrow query={query} />
      {problem && <Failure problem={problem} />}
      {!page && !problem && <Waiting />}
      {page && (
        <>
          <p class="quiet" role="status">
            {formatCount(page.total, "recording")}
          </p>
          <ul class="files">
            {page.files.map((file) => (
              <FileRow
                key={file.id}
                file={file}
                isChosen={canEdit ? chosen.has(file.id) : undefined}
                onChoose={(isWanted) => {
                  const next = new Set(chosen);
                  if (isWanted) next.add(file.id);
                  else next.delete(file.id);
                  setChosen(next);
                }}
              />
            ))}
          </ul>
          <Pages page={page} query={query} />
        </>
      )}
      {chosen.size > 0 && (
        <section class="chosen" aria-label="Selected recordings">
          <strong>{formatCount(chosen.size, "recording")} selected</strong>
          <AddToCollection fileIds={[...chosen]} onAdded={() => setChosen(new Set())} />
        </section>
      )}
    </main>
  );
}

function Narrow({ query }: { readonly query: URLSearchParams }) {
  const [name, setName] = useState(query.get("name") ?? "");
  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(withValue(query, "name", name));
      }}
    >
      <input
        type="search"
        aria-label="Part of a name"
        placeholder="Part of a name"
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <select
        aria-label="Order"
        value={query.get("sort") ?? "indexed"}
        onChange={({ currentTarget: { value } }) => navigate(withValue(query, "sort", value))}
      >
        {SORTS.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      <button type="submit">Show</button>
    </form>
  );
}

interface RowProps {
  readonly file: MediaFile;
  /** undefined where nothing can be done with what is chosen. */
  readonly isChosen: boolean | undefined;
  readonly onChoose: (isWanted: boolean) => void;
}

function FileRow({ file, isChosen, onChoose }: RowProps) {
  const { id, file: name, durationMs, recorded, state, speakers, tags } = file;
  return (
    <li>
      {isChosen !== undefined && (
        <input
          type="checkbox"
          aria-label={`Select ${name}`}
          checked={isChosen}
          onChange={({ currentTarget: { checked } }) => onChoose(checked)}
        />
      )}
      <a href={`/f/${encodeURIComponent(id)}`}>
        <bdi>{name}</bdi>
      </a>
      <span class="quiet">
        {durationMs !== null && <span class="time">{formatClock(durationMs)}</span>}{" "}
        {recorded && formatDay(recorded)} {state !== "indexed" && <strong>{state}</strong>}{" "}
        <bdi>{speakers.slice(0, 4).join(", ")}</bdi>
        {speakers.length > 4 && ` and ${speakers.length - 4} more`}
        {tags.map((tag) => (
          <a class="tag" key={tag} href={`/files?tag=${encodeURIComponent(tag)}`}>
            <bdi>{tag}</bdi>
          </a>
        ))}
      </span>
    </li>
  );
}

function Pages({ page, query }: { readonly page: FileList; readonly query: URLSearchParams }) {
  const { offset, total } = page;
  const before = Math.max(0, offset - PAGE_FILES);
  if (offset === 0 && total <= PAGE_FILES) return null;
  return (
    <nav class="pages" aria-label="Pages of recordings">
      {offset > 0 && (
        <a rel="prev" href={withValue(query, "offset", before === 0 ? "" : String(before))}>
          Before
        </a>
      )}
      {offset + PAGE_FILES < total && (
        <a rel="next" href={withValue(query, "offset", String(offset + PAGE_FILES))}>
          Next
        </a>
      )}
    </nav>
  );
}
