/**
 * Runs `act` on the items as they come, at most `atOnce` at a time. After the first failure no
 * further item is begun, and the call rejects when those under way are done.
 */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.asyncIterator]();
  const stop = new AbortController();
  let turn: Promise<IteratorResult<T>> = Promise.resolve({ done: false, value: undefined as T });
  const take = (): Promise<IteratorResult<T>> => (turn = turn.then(() => queue.next()));
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const next = await take();
      if (next.done) return;
      await act(next.value);
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.max(1, atOnce) }, () =>
      work().catch((error: unknown) => {
        stop.abort();
        throw error;
      }),
    ),
  );
  await queue.return?.();
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
