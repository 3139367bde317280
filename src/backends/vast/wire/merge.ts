/**
 * Runs up to `most` sources at a time and gives what they give, as it comes; none runs ahead of the
 * reader by more than one item.
 */
export async function* mergeBounded<T>(
  sources: readonly (() => AsyncIterable<T>)[],
  most: number,
): AsyncIterable<T> {
  interface Running {
    readonly iterator: AsyncIterator<T>;
    next: Promise<{ readonly of: Running; readonly result: IteratorResult<T> }>;
  }
  const waiting = [...sources];
  const running = new Set<Running>();
  const advance = (one: Running): void => {
    one.next = one.iterator.next().then((result) => ({ of: one, result }));
    one.next.catch(() => {});
  };
  const fill = (): void => {
    while (running.size < most) {
      const source = waiting.shift();
      if (!source) return;
      const one = { iterator: source()[Symbol.asyncIterator]() } as Running;
      running.add(one);
      advance(one);
    }
  };
  try {
    for (fill(); running.size > 0; fill()) {
      const { of, result } = await Promise.race([...running].map(({ next }) => next));
      if (result.done) running.delete(of);
      else {
        advance(of);
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...running].map(({ iterator }) => iterator.return?.()));
  }
}
