import { useEffect, useState } from "preact/hooks";
import { api, type AuditEntries, messageOf } from "./api.ts";
import { formatCount } from "./format.ts";
import { Waiting } from "./parts.tsx";

type Entry = AuditEntries["entries"][number];

const TIMES = [
  [60, "Last hour"],
  [1440, "Last day"],
  [10_080, "Last week"],
  [44_640, "Last month"],
] as const;
const PAGE = 1000;
/** More than that nobody reads on a page: the command exports all. */
const MAX_ENTRIES = 5000;

interface Loaded {
  readonly entries: readonly Entry[];
  readonly isCut: boolean;
}

/** The newest first. The API has the oldest first, so that exports go on where they ended. */
async function load(minutes: number): Promise<Loaded> {
  const entries: Entry[] = [];
  for (let after: string | null | undefined; after !== null && entries.length < MAX_ENTRIES;) {
    const page: AuditEntries = await api.readAudit({
      minutes,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    entries.push(...page.entries);
    after = page.next;
    if (after === null) return { entries: entries.toReversed(), isCut: false };
  }
  return { entries: entries.toReversed(), isCut: true };
}

const textOf = ({ who, action, route, target, query, address }: Entry): string =>
  [who, action, route, target, query, address].join(" ").toLowerCase();

export function AuditView() {
  const [minutes, setMinutes] = useState<number>(TIMES[1][0]);
  const [wanted, setWanted] = useState("");
  const [loaded, setLoaded] = useState<Loaded>();
  const [message, setMessage] = useState("");
  useEffect(() => {
    document.title = "Audit · mediasearch";
  }, []);
  useEffect(() => {
    let isLeft = false;
    setMessage("");
    load(minutes).then(
      (value) => !isLeft && setLoaded(value),
      (error: unknown) => !isLeft && setMessage(messageOf(error)),
    );
    return () => {
      isLeft = true;
    };
  }, [minutes]);
  const shown = loaded?.entries.filter((entry) => textOf(entry).includes(wanted.toLowerCase()));
  return (
    <main>
      <h1>Audit</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Time{" "}
          <select
            value={minutes}
            onChange={({ currentTarget }) => setMinutes(Number(currentTarget.value))}
          >
            {TIMES.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>{" "}
        <label>
          Only with{" "}
          <input
            type="search"
            value={wanted}
            placeholder="who, what, an address"
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
      </form>
      {message !== "" && <p role="alert">{message}</p>}
      {!loaded && message === "" && <Waiting />}
      {loaded && shown && (
        <>
          <p class="quiet" role="status">
            {formatCount(shown.length, "entry").replace("entrys", "entries")}, the newest first
            {loaded.isCut ? "; there are newer ones: choose a shorter time" : ""}
          </p>
          <Entries entries={shown} />
        </>
      )}
    </main>
  );
}

const Entries = ({ entries }: { readonly entries: readonly Entry[] }) => (
  <div class="wide" role="region" aria-label="Entries" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th>Time</th>
          <th>Who</th>
          <th>What</th>
          <th>Of what</th>
          <th>Status</th>
          <th>Address</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ id, at, who, action, route, target, query, status, address }) => (
          <tr key={id}>
            <td>
              <time dateTime={at}>{new Date(at).toLocaleString()}</time>
            </td>
            <td>
              <bdi>{who}</bdi>
            </td>
            <td title={route}>{action}</td>
            <td>
              {target !== undefined && route?.includes("/files/") === true ? (
                <a href={`/f/${target}`}>{target}</a>
              ) : (
                <bdi>{target ?? query ?? ""}</bdi>
              )}
            </td>
            <td>{status}</td>
            <td>{address}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
