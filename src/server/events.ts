/** Something that happened to a file or to work, as clients are told. */
export interface ServerEvent {
  /** Rises; clients resume after it. */
  readonly id: number;
  readonly type: "indexed" | "failed" | "deleted" | "progress" | "job";
  /** The file that it is about, for the check of who may know; null for work alone. */
  readonly location: string | null;
  /** Whose work it is; undefined for files. */
  readonly tenant?: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventHub {
  publish(event: Omit<ServerEvent, "id">): void;
  /** What was published after that event, as far as it is kept. */
  since(id: number): readonly ServerEvent[];
  subscribe(listener: (event: ServerEvent) => void): () => void;
  subscribers(): number;
  readonly lastId: () => number;
}

/** Enough for clients that were away for some minutes. */
const MAX_KEPT = 2000;

/** Ids go on rising over restarts, because they begin with the time. */
export function createEventHub(): EventHub {
  const kept: ServerEvent[] = [];
  const listeners = new Set<(event: ServerEvent) => void>();
  let lastId = Date.now() * 1000;
  return {
    publish(event) {
      const published = { ...event, id: ++lastId };
      kept.push(published);
      if (kept.length > MAX_KEPT) kept.shift();
      for (const listener of listeners) listener(published);
    },
    since: (id) => kept.filter((event) => event.id > id),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    subscribers: () => listeners.size,
    lastId: () => lastId,
  };
}
