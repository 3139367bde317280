import { addHints, dropHints, type Hint, listHints } from "../../../backends/hints.ts";
import type { Records } from "../../../backends/records.ts";
import { type Location, objectLocation, isWithin } from "../../../location.ts";
import type { ObjectChange } from "../../../notifications/message.ts";
import { isPlace } from "../../../text/untrusted.ts";

/** One object that is to be looked at, and every hint that says so. */
export interface Waiting {
  readonly places: readonly Location[];
  readonly ids: string[];
}

export interface Added {
  /** Kept, and durable now. */
  readonly kept: number;
  /** Of objects that are to be looked at anyway. */
  readonly repeated: number;
  /** Of objects that are not below the roots. */
  readonly elsewhere: number;
}

export interface Inbox {
  /** Keeps what concerns the roots. Nothing of it is lost once this has resolved. */
  add(changes: readonly ObjectChange[]): Promise<Added>;
  /** Takes up hints that others left: servers, and runs that are gone. */
  adopt(): Promise<void>;
  /** The oldest ones. They stay durable until they are settled. */
  take(most: number): readonly Waiting[];
  settle(taken: readonly Waiting[]): Promise<void>;
  size(): number;
  /** Resolves when something is waiting, or after that time. */
  untilFilled(ms: number): Promise<void>;
}

export interface InboxOptions {
  readonly records: Pick<Records, "addAll" | "removeAll" | "list" | "listIds">;
  readonly roots: readonly Location[];
  /** Names this run among others. */
  readonly keeper: string;
  /** Whether no other run can be at the library: what others left is left for good. */
  readonly isAlone: boolean;
}

/** Another run that has not looked at a hint by then is gone, or behind: both want help. */
const ADOPT_AFTER_MS = 60_000;

export function createInbox(options: InboxOptions): Inbox {
  const { records, roots, keeper } = options;
  const waiting = new Map<string, Waiting>();
  const known = new Set<string>();
  let wake = (): void => {};
  const remember = ({ id, places }: Hint): void => {
    if (known.has(id)) return;
    known.add(id);
    const key = keyOf(places);
    const same = waiting.get(key);
    if (same) same.ids.push(id);
    else waiting.set(key, { places, ids: [id] });
  };
  return {
    async add(changes) {
      const fresh = new Map<string, readonly Location[]>();
      let [repeated, elsewhere] = [0, 0];
      for (const change of changes) {
        const places = placesBelow(change, roots);
        const key = keyOf(places);
        if (places.length === 0) elsewhere++;
        else if (waiting.has(key) || fresh.has(key)) repeated++;
        else fresh.set(key, places);
      }
      if (fresh.size > 0)
        for (const hint of await addHints(records, [...fresh.values()], keeper, Date.now()))
          remember(hint);
      wake();
      return { kept: fresh.size, repeated, elsewhere };
    },
    async adopt() {
      const ids = await records.listIds("hint");
      if (ids.every((id) => known.has(id))) return;
      const oldEnough = Date.now() - ADOPT_AFTER_MS;
      for (const hint of await listHints(records))
        if (isForThis(hint, options, oldEnough)) remember(hint);
      wake();
    },
    take(most) {
      const taken: Waiting[] = [];
      for (const [key, one] of waiting) {
        if (taken.length >= most) break;
        taken.push(one);
        waiting.delete(key);
      }
      return taken;
    },
    async settle(taken) {
      const ids = taken.flatMap((one) => one.ids);
      await dropHints(records, ids);
      for (const id of ids) known.delete(id);
    },
    size: () => waiting.size,
    untilFilled: (ms) =>
      waiting.size > 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            const timer = setTimeout(resolve, ms);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          }),
  };
}

const keyOf = (places: readonly Location[]): string => places.join("\n");

/** The readings of a change that lie below a root. A forged one names nothing else. */
const placesBelow = (
  { bucket, keys }: ObjectChange,
  roots: readonly Location[],
): readonly Location[] =>
  keys
    .map((key) => objectLocation(bucket, key))
    .filter((place) => isPlace(place) && roots.some((root) => isWithin(place, root)));

function isForThis(
  { places, keeper, atMs }: Hint,
  { roots, keeper: own, isAlone }: InboxOptions,
  oldEnough: number,
): boolean {
  const concerns = places.some((place) => roots.some((root) => isWithin(place, root)));
  return concerns && (isAlone || keeper === null || keeper === own || atMs <= oldEnough);
}
