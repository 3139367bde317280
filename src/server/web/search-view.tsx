import { useEffect, useRef, useState } from "preact/hooks";
import {
  address,
  type Collection,
  type Count,
  type Facets,
  type SavedSearch,
  type SearchPage,
  type Status,
} from "./api.ts";
import { ChosenBar } from "./clips.tsx";
import { formatAmount, formatCount } from "./format.ts";
import { Failure, Waiting } from "./parts.tsx";
import { Results } from "./results.tsx";
import { navigate, type Place } from "./router.ts";
import { noteRecent, SavedSearches, SaveSearch } from "./saved-searches.tsx";
import { useCall } from "./use-call.ts";

const TYPING_MS = 200;
const PAGE_HITS = 20;
const KEPT_AFTER_MS = 3000;
/** What the address of a search holds, by the names of the API. */
const FILTERS = [
  "speaker",
  "lang",
  "origin",
  "after",
  "before",
  "file",
  "collection",
  "tag",
] as const;

/** What is searched for, as the API calls it; undefined when nothing is. */
function requestOf(query: URLSearchParams): SavedSearch["request"] | undefined {
  const q = query.get("q")?.trim() ?? "";
  if (q === "") return undefined;
  const given = ["mode", ...FILTERS].flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    q,
    ...Object.fromEntries(given),
    ...(query.get("group") === "file" ? { groupBy: "file" } : {}),
  };
}

function searchAddress(query: URLSearchParams): string | undefined {
  const request = requestOf(query);
  if (!request) return undefined;
  const offset = query.get("offset") ?? undefined;
  return address("/v1/search", { ...request, offset, limit: PAGE_HITS, context: 1 });
}

/** The same search with other values; a change but of the page begins at its first page. */
export function withValues(
  query: URLSearchParams,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const next = new URLSearchParams(query);
  if (!("offset" in values)) next.delete("offset");
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? "/" : `/?${text}`;
}

export function SearchView({ place: { query } }: { readonly place: Place }) {
  const path = searchAddress(query);
  const { value: page, problem, isLoading } = useCall<SearchPage>(path);
  useEffect(() => {
    const words = query.get("q");
    document.title = words ? `${words} · mediasearch` : "mediasearch";
  }, [query]);
  const found = page && page.total > 0 ? query.get("q")?.trim() : undefined;
  useEffect(() => {
    // What is still being typed is no search.
    const timer = found ? setTimeout(() => noteRecent(found), KEPT_AFTER_MS) : undefined;
    return () => clearTimeout(timer);
  }, [found]);
  return (
    <main>
      <h1 class="hidden">Search recordings</h1>
      <SearchBox query={query} />
      {path === undefined && <Home />}
      {problem && <Failure problem={problem} />}
      {path !== undefined && !page && isLoading && <Waiting />}
      {path !== undefined && page && (
        <div class="columns" aria-busy={isLoading}>
          <FacetList query={query} />
          <section aria-label="Results">
            <Summary page={page} query={query} />
            <Results page={page} query={query} />
            <Pages page={page} query={query} />
          </section>
        </div>
      )}
      <ChosenBar />
    </main>
  );
}

function SearchBox({ query }: { readonly query: URLSearchParams }) {
  const [words, setWords] = useState(query.get("q") ?? "");
  const timer = useRef<number | undefined>(undefined);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setWords(query.get("q") ?? ""), [query.get("q")]);
  useEffect(() => box.current?.focus(), []);
  const search = (text: string, replace: boolean): void => {
    clearTimeout(timer.current);
    navigate(withValues(query, { q: text }), { replace });
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(words, false);
      }}
    >
      <input
        ref={box}
        type="search"
        name="q"
        aria-label="Words to find"
        placeholder="What was said?"
        autocomplete="off"
        dir="auto"
        maxLength={2000}
        value={words}
        onInput={({ currentTarget: { value } }) => {
          setWords(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(value, true), TYPING_MS);
        }}
      />
      <select
        aria-label="Kind of search"
        value={query.get("mode") ?? "hybrid"}
        onChange={({ currentTarget: { value } }) =>
          navigate(withValues(query, { mode: value === "hybrid" ? undefined : value }))
        }
      >
        <option value="hybrid">words and meaning</option>
        <option value="keyword">words only</option>
        <option value="semantic">meaning only</option>
      </select>
      <button type="submit">Search</button>
    </form>
  );
}

function Home() {
  const { value: status } = useCall<Status>("/v1/status");
  if (!status) return <Waiting />;
  const { files, durationMs, indexing } = status;
  return (
    <section class="home">
      <p>
        {formatCount(files["indexed"] ?? 0, "recording")}, {formatAmount(durationMs)} of sound
        {indexing && ", indexing now"}
      </p>
      {(files["failed"] ?? 0) > 0 && (
        <p>
          <a href="/work">{formatCount(files["failed"] ?? 0, "file")} failed</a>
        </p>
      )}
      {Object.values(files).every((count) => count === 0) && (
        <p>
          The library is empty. On the server, run <code>mediasearch index FOLDER</code>
          {status.canIndex && (
            <>
              {" "}
              or name a folder under <a href="/work">Work</a>
            </>
          )}
          {status.canUpload && ", or drop recordings here"}.
        </p>
      )}
      <p class="quiet">
        Write what was said. Quotes keep words together, a minus leaves a word out, and{" "}
        <code>speaker:ada</code> or <code>after:2026-01</code> narrow the search.
      </p>
      <SavedSearches />
    </section>
  );
}

function Summary({ page, query }: { readonly page: SearchPage; readonly query: URLSearchParams }) {
  const isGrouped = query.get("group") === "file";
  const request = requestOf(query);
  const about = page.totalIs === "ranked" ? "best " : "";
  return (
    <div class="summary">
      <p role="status">
        {page.total === 0 ? "Nothing found." : `${about}${formatCount(page.total, "hit")}`}
        {page.note && ` ${page.note}`}
        {page.didYouMean && (
          <>
            {" "}
            Did you mean{" "}
            <a href={withValues(query, { q: page.didYouMean })} dir="auto">
              {page.didYouMean}
            </a>
            ?
          </>
        )}
      </p>
      {page.total > 0 && (
        <a href={withValues(query, { group: isGrouped ? undefined : "file" })}>
          {isGrouped ? "List by moment" : "Group by file"}
        </a>
      )}
      {request && <SaveSearch key={query.toString()} request={request} />}
    </div>
  );
}

function Pages({ page, query }: { readonly page: SearchPage; readonly query: URLSearchParams }) {
  const { offset, moments } = page;
  const hasMore = offset + PAGE_HITS < moments;
  if (offset === 0 && !hasMore) return null;
  const before = Math.max(0, offset - PAGE_HITS);
  return (
    <nav class="pages" aria-label="Pages of results">
      {offset > 0 && (
        <a rel="prev" href={withValues(query, { offset: before === 0 ? undefined : `${before}` })}>
          Better hits
        </a>
      )}
      {hasMore && (
        <a rel="next" href={withValues(query, { offset: String(offset + PAGE_HITS) })}>
          More hits
        </a>
      )}
    </nav>
  );
}

/** Values by which a search can be narrowed, with the parameter that does it. */
const GROUPS = [
  ["speakers", "speaker", "Speaker"],
  ["collections", "collection", "Collection"],
  ["tags", "tag", "Tag"],
  ["languages", "lang", "Language"],
  ["origins", "origin", "Words from"],
] as const;
const SHOWN_VALUES = 8;

function FacetList({ query }: { readonly query: URLSearchParams }) {
  const { value: facets } = useCall<Facets>("/v1/facets");
  const { value: known } = useCall<{ collections: Collection[] }>(
    facets && facets.collections.length > 0 ? "/v1/collections" : undefined,
  );
  if (!facets) return <aside />;
  const titleOf = (group: string, value: string): string => {
    if (value === "und") return "not stated";
    if (group === "origins") return value === "asr" ? "speech recognition" : value;
    const collection = known?.collections.find(({ id }) => id === value);
    return group === "collections" ? (collection?.name ?? "a collection") : value;
  };
  return (
    <aside aria-label="Narrow the search">
      {GROUPS.map(([group, parameter, title]) => (
        <Facet
          key={group}
          title={title}
          counts={facets[group]}
          chosen={query.get(parameter)}
          addressOf={(value) => withValues(query, { [parameter]: value })}
          titleOf={(value) => titleOf(group, value)}
        />
      ))}
      <Facet
        title="Year"
        counts={facets.years}
        chosen={query.get("after")?.slice(0, 4) ?? null}
        addressOf={(year) =>
          withValues(query, {
            after: year,
            before: year === undefined ? undefined : String(Number(year) + 1),
          })
        }
        titleOf={(year) => year}
      />
    </aside>
  );
}

interface FacetProps {
  readonly title: string;
  readonly counts: readonly Count[];
  readonly chosen: string | null;
  readonly addressOf: (value: string | undefined) => string;
  readonly titleOf: (value: string) => string;
}

function Facet({ title, counts, chosen, addressOf, titleOf }: FacetProps) {
  const shown = counts.filter(({ value }) => value !== "").slice(0, SHOWN_VALUES);
  if (shown.length < 2 && chosen === null) return null;
  return (
    <div class="facet">
      <h2>{title}</h2>
      <ul>
        {shown.map(({ value, count }) => (
          <li key={value}>
            <a
              href={addressOf(chosen === value ? undefined : value)}
              aria-current={chosen === value ? "true" : undefined}
            >
              <bdi>{titleOf(value)}</bdi> <span class="quiet">{count}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
