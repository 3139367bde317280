import { createStore, type Store } from "./store.ts";

/**
 * Where a recording plays, in milliseconds. It moves several times a second, so that only what
 * shows it is drawn anew, never the transcript as a whole.
 */
export type Clock = Store<number>;

export const createClock = (): Clock => createStore(0);
