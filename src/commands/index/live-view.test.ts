import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { openLiveView } from "./live-view.ts";
import { until } from "../../../test/helpers/until.ts";

/** A terminal of 80 columns that remembers what was drawn. */
function terminal() {
  let drawn = "";
  const stderr = Object.assign(
    new Writable({
      write: (chunk: Buffer, _, done) => {
        drawn += chunk.toString();
        done();
      },
    }),
    { isTTY: true, columns: 80, rows: 30, fd: 2 },
  );
  return {
    stderr: stderr as unknown as Parameters<typeof openLiveView>[0]["stderr"],
    drawn: () => drawn,
  };
}

it("the live view shows the bar, each file under way with its position, and the failures; notes stay after it", async () => {
  const { stderr, drawn } = terminal();
  const view = openLiveView({
    stderr,
    stdout: stderr,
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  });
  view.update("3/4 files, 0.10 h of audio, 60.0× real time, about 3 s left", {
    done: 3,
    total: 4,
    working: [{ file: "long.wav", positionMs: 61_000, durationMs: 122_000 }],
    failures: ["empty.mp3: empty file"],
  });
  await until(() => drawn().includes("long.wav"));
  expect(drawn()).toContain("60.0× real time");
  expect(drawn()).toMatch(/█+.*░+.* 75 %/);
  expect(drawn()).toMatch(/50 %.*0:01:01 of 0:02:02/);
  expect(drawn()).toContain("1 failed so far:");
  view.note("a note that stays");
  await until(() => drawn().includes("a note that stays"));
  view.end();
  view.note("after the end");
  expect(drawn()).toContain("after the end");
});

it("a thousand changes cost few drawings", async () => {
  const { stderr, drawn } = terminal();
  const view = openLiveView({
    stderr,
    stdout: stderr,
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  });
  for (let done = 0; done < 1000; done++)
    view.update(`${done}/1000 files`, { done, total: 1000, working: [], failures: [] });
  view.note("half way");
  await until(() => drawn().includes("999/1000 files"));
  view.end();
  expect(drawn().match(/\d+\/1000 files/g)?.length).toBeLessThan(20);
  expect(drawn()).toContain("half way");
});
