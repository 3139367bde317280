import { useEffect, useState } from "preact/hooks";

/** A run tells of many files in a moment; the page looks once for all of them. */
const QUIET_MS = 1000;

/** Counts up when one of these events of the server came, so that lists are read anew. */
export function useEvents(names: readonly string[]): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let soon: number | undefined;
    const lookSoon = (): void => {
      soon ??= setTimeout(() => {
        soon = undefined;
        setVersion((last) => last + 1);
      }, QUIET_MS);
    };
    const events = new EventSource("/v1/events");
    for (const name of names) events.addEventListener(name, lookSoon);
    return () => {
      events.close();
      clearTimeout(soon);
    };
  }, []);
  return version;
}
