import { useEffect, useRef } from "preact/hooks";
import { addressOf, type Hit, type SearchPage } from "./api.ts";
import { choose, chosenHits, isChosen } from "./chosen-hits.ts";
import { formatClock, formatCount, formatDay } from "./format.ts";
import { Marked, Speaker } from "./parts.tsx";
import { useStored } from "./store.ts";

/** The view of a recording at a hit; the words go along, so that they are marked there too. */
function hitAddress({ fileId, startMs }: Hit, query: URLSearchParams): string {
  const words = new URLSearchParams({ q: query.get("q") ?? "" });
  return `/f/${encodeURIComponent(fileId)}?${words}#t=${(startMs / 1000).toFixed(3)}`;
}

interface ResultsProps {
  readonly page: SearchPage;
  readonly query: URLSearchParams;
}

export function Results({ page, query }: ResultsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const move = (event: KeyboardEvent): void => {
      if (isTyping(event) || !["j", "k"].includes(event.key)) return;
      const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a.hit") ?? [])];
      const index = links.indexOf(document.activeElement as HTMLAnchorElement);
      const next = event.key === "j" ? index + 1 : Math.max(0, index - 1);
      links[Math.min(next, links.length - 1)]?.focus();
    };
    addEventListener("keydown", move);
    return () => removeEventListener("keydown", move);
  }, []);
  return (
    <div ref={list}>
      {page.groups ? <Groups page={page} query={query} /> : <Hits hits={page.hits} query={query} />}
    </div>
  );
}

/** Letters are text where somebody types. */
export const isTyping = ({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  ctrlKey ||
  metaKey ||
  altKey ||
  (target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)));

function Groups({ page, query }: ResultsProps) {
  return (
    <>
      {page.groups?.map(({ fileId, file, hits }) => {
        const ofFile = page.hits.filter(({ number }) => hits.includes(number));
        const count = ofFile.reduce((sum, { moment }) => sum + 1 + moment.hits.length, 0);
        return (
          <section class="group" key={fileId}>
            <h2>
              <bdi>{file}</bdi> <span class="quiet">{formatCount(count, "hit")}</span>
            </h2>
            <Hits hits={ofFile} query={query} isShort />
          </section>
        );
      })}
    </>
  );
}

interface HitsProps {
  readonly hits: readonly Hit[];
  readonly query: URLSearchParams;
  /** Without the name of the file, which stands above. */
  readonly isShort?: boolean;
}

/** The picture at the hit; it says nothing that is not in the words. */
const Picture = ({ hit: { fileId, startMs } }: { readonly hit: Hit }) => (
  <img
    class="still"
    alt=""
    loading="lazy"
    src={addressOf("readThumbnail", { id: fileId, t: String(Math.floor(startMs / 1000)) })}
    onError={({ currentTarget }) => currentTarget.remove()}
  />
);

function Hits({ hits, query, isShort = false }: HitsProps) {
  const chosen = useStored(chosenHits);
  return (
    <ol class="hits">
      {hits.map((hit) => (
        <li key={hit.number} class="row">
          <input
            type="checkbox"
            aria-label={`Select ${hit.file} at ${formatClock(hit.startMs)}`}
            checked={isChosen(chosen, hit)}
            onChange={({ currentTarget: { checked } }) => choose(hit, checked)}
          />
          <a class="hit" href={hitAddress(hit, query)}>
            {hit.kind === "video" && <Picture hit={hit} />}
            <span class="where">
              {hit.speaker && <Speaker name={hit.speaker} />}
              {!isShort && <bdi class="file">{hit.file}</bdi>}
              <span class="time">{formatClock(hit.startMs)}</span>
              {!isShort && hit.recordedAt && <span class="quiet">{formatDay(hit.recordedAt)}</span>}
              {hit.moment.hits.length > 0 && (
                <span class="quiet">+{hit.moment.hits.length} here</span>
              )}
            </span>
            <span class="said" dir="auto">
              <Marked text={hit.text} ranges={hit.highlights} />
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}
