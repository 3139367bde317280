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
    push: (item) => {
      items.push(item);
      wake();
    },
    end: () => {
      ended = {};
      wake();
    },
    fail: (error) => {
      ended = { error };
      wake();
    },
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
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/**
 * What several sources say as they say it, until all have ended or one fails. Each is asked for its
 * first item at once.
 */
export function mergeSources<T>(sources: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const out = channel<T>();
  const follow = async (source: AsyncIterable<T>): Promise<void> => {
    for await (const item of source) out.push(item);
  };
  void Promise.all(sources.map(follow)).then(out.end, out.fail);
  return out;
}
