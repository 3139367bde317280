import { expect, it, vi } from "vitest";
import { readOrPoll } from "./read-or-poll.ts";

/** A source that says only what the test makes it say. */
function controlledSource() {
  const asked: PromiseWithResolvers<IteratorResult<string>>[] = [];
  const next = (): Promise<IteratorResult<string>> => {
    const answer = Promise.withResolvers<IteratorResult<string>>();
    asked.push(answer);
    return answer.promise;
  };
  return { asked, source: { next } satisfies AsyncIterator<string> };
}

it("waits for a quiet source once, however often it polls meanwhile", async () => {
  const { asked, source } = controlledSource();
  const first = source.next();
  const waits = vi.spyOn(first, "then");
  const rounds = readOrPoll(source, first, 1);
  for (let i = 0; i < 20; i++)
    expect(await rounds.next()).toEqual({ value: undefined, done: false });
  expect(waits).toHaveBeenCalledTimes(1);
  asked[0]?.resolve({ value: "talk.mp3", done: false });
  expect(await rounds.next()).toEqual({ value: "talk.mp3", done: false });
  expect(asked).toHaveLength(1);
});

it("hands over at once what came while the reader was busy", async () => {
  const { asked, source } = controlledSource();
  const first = source.next();
  const rounds = readOrPoll(source, first, 1);
  await rounds.next();
  asked[0]?.resolve({ value: "talk.mp3", done: false });
  await first;
  expect(await rounds.next()).toEqual({ value: "talk.mp3", done: false });
});

it("does not poll before what is there already", async () => {
  const { asked, source } = controlledSource();
  const first = source.next();
  asked[0]?.resolve({ value: "talk.mp3", done: false });
  const rounds = readOrPoll(source, first, 60_000);
  expect(await rounds.next()).toEqual({ value: "talk.mp3", done: false });
  const end = rounds.next();
  asked[1]?.resolve({ value: undefined, done: true });
  expect(await end).toEqual({ value: undefined, done: true });
});

it("fails with the source, in the middle of a long wait too", async () => {
  const { asked, source } = controlledSource();
  const rounds = readOrPoll(source, source.next(), 60_000);
  const failed = rounds.next();
  asked[0]?.reject(new Error("the folder went away"));
  await expect(failed).rejects.toThrow("the folder went away");
});
