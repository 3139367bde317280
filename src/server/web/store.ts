import { useEffect, useState } from "preact/hooks";

/** A value that several parts of the page share. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls at every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What `pick` makes of a store; the component is drawn anew only when that changes. */
export function usePicked<T, P>(store: Store<T>, pick: (value: T) => P): P {
  const [picked, setPicked] = useState(() => pick(store.get()));
  useEffect(() => {
    const look = (): void => setPicked(() => pick(store.get()));
    look();
    return store.subscribe(look);
  }, [store, pick]);
  return picked;
}

const same = <T>(value: T): T => value;
export const useStored = <T>(store: Store<T>): T => usePicked<T, T>(store, same);
