/**
 * Reads `source`, of which `first` is already asked for, and yields undefined every `pollMs` while
 * nothing comes. It rejects as soon as `source` does.
 */
export async function* readOrPoll<T>(
  source: AsyncIterator<T>,
  first: Promise<IteratorResult<T>>,
  pollMs: number,
): AsyncGenerator<T | undefined, void, undefined> {
  for (let next = first; ; next = source.next()) {
    yield* pollUntilSettled(next, pollMs);
    const { done, value } = await next;
    if (done) return;
    yield value;
  }
}

/**
 * A promise keeps everything that waits for it until it settles, and a folder may be quiet for
 * months. So one callback waits for `next`; every round waits for a promise of its own.
 */
async function* pollUntilSettled(
  next: Promise<unknown>,
  pollMs: number,
): AsyncGenerator<undefined, void, undefined> {
  let isSettled = false;
  let wake = (): void => {};
  const onSettled = (): void => {
    isSettled = true;
    wake();
  };
  next.then(onSettled, onSettled);
  for (;;) {
    if (!isSettled)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs);
        wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    if (isSettled) return;
    yield undefined;
  }
}
