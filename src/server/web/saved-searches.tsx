import { useState } from "preact/hooks";
import { api, messageOf, type SavedSearch } from "./api.ts";
import { useCall } from "./use-call.ts";

const RECENT = "mediasearch:recent";
const MAX_RECENT = 8;

/** The last searches of this browser; nobody else knows of them. */
export function readRecent(): readonly string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(read) ? read.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function noteRecent(words: string): void {
  const others = readRecent().filter((one) => one !== words);
  writeRecent([words, ...others].slice(0, MAX_RECENT));
}

function writeRecent(searches: readonly string[]): void {
  try {
    localStorage.setItem(RECENT, JSON.stringify(searches));
  } catch {
    // A browser that keeps nothing has no recent searches.
  }
}

/** What the API calls a search, as the page's address. */
function placeOf({ q, groupBy, ...others }: SavedSearch["request"]): string {
  const query = new URLSearchParams({ q });
  if (groupBy === "file") query.set("group", "file");
  for (const name of ["mode", "speaker", "lang", "origin", "after", "before", "file"] as const)
    if (others[name] !== undefined) query.set(name, others[name]);
  for (const name of ["collection", "tag"] as const)
    if (others[name] !== undefined) query.set(name, others[name]);
  return `/?${query}`;
}

/** Searches that were saved, and the last ones. */
export function SavedSearches() {
  const [version, setVersion] = useState(0);
  const { value } = useCall<{ searches: SavedSearch[] }>("/v1/saved-searches", version);
  const [recent, setRecent] = useState(readRecent);
  return (
    <div class="shelves">
      {value && value.searches.length > 0 && (
        <section aria-label="Saved searches">
          <h2>Saved searches</h2>
          <ul>
            {value.searches.map(({ id, name, request }) => (
              <li key={id}>
                <a href={placeOf(request)} dir="auto">
                  {name}
                </a>{" "}
                <button
                  type="button"
                  class="edit"
                  aria-label={`Delete the search ${name}`}
                  onClick={() =>
                    void api.deleteSavedSearch({ id }).finally(() => setVersion((last) => last + 1))
                  }
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {recent.length > 0 && (
        <section aria-label="Recent searches">
          <h2>Recent searches</h2>
          <ul>
            {recent.map((words) => (
              <li key={words}>
                <a href={`/?${new URLSearchParams({ q: words })}`} dir="auto">
                  {words}
                </a>
              </li>
            ))}
          </ul>
          <button
            type="button"
            onClick={() => {
              writeRecent([]);
              setRecent([]);
            }}
          >
            Forget them
          </button>
        </section>
      )}
    </div>
  );
}

/** Keeps the search that is shown, under a name. */
export function SaveSearch({ request }: { readonly request: SavedSearch["request"] }) {
  const [name, setName] = useState<string>();
  const [message, setMessage] = useState("");
  if (name === undefined)
    return (
      <span>
        <button type="button" onClick={() => setName(request.q)}>
          Save this search
        </button>{" "}
        <span role="status">{message}</span>
      </span>
    );
  const save = async (): Promise<void> => {
    try {
      await api.saveSearch({ body: { name: name.trim(), request } });
      setMessage("saved");
      setName(undefined);
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
        aria-label="Name of the search"
        dir="auto"
        maxLength={200}
        value={name}
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && setName(undefined)}
      />{" "}
      <button type="submit" disabled={name.trim() === ""}>
        Save
      </button>{" "}
      <span role="status">{message}</span>
    </form>
  );
}
