export interface Channel<T> extends AsyncIterable<T> {
  readonly push: (item: T) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** What several tasks say, in the order in which they say it, for one reader. */
export function channel<T>(): Channel<T> {
  let items: T[] = [];
  let ended: { readonly error?: unknown } | undefined;
  let wake = (): void => {};
  return {
    push: (item) => { items.push(item); wake(); },
    end: () => { ended = {}; wake(); },
    fail: (error) => { ended = { error }; wake(); },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) {
          const batch = items;
          items = [];
          yield* batch;
        }
        if (ended) {
          if ("error" in ended) throw ended.error;
          return;
        }
        await new Promise<void>((resolve) => { wake = resolve; });
      }
    },
  };
}
