import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Overloaded } from "./reads/pool.ts";
import { createWaveforms } from "./waveforms.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-waveforms-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("waveforms", () => {
  it("are made one after the other, and whoever comes when a hundred wait is sent away", async () => {
    const paths = Array.from({ length: 130 }, (_, i) => join(folder, `${i}.wav`));
    for (const path of paths) writeFileSync(path, "no sound in here");
    const stop = new AbortController();
    const waveforms = createWaveforms(process.env, stop.signal);
    const asked = Promise.allSettled(paths.map((path) => waveforms.of(path)));
    stop.abort(new Error("enough"));
    const reasons = (await asked).map((outcome) =>
      outcome.status === "rejected" ? (outcome.reason as unknown) : undefined,
    );
    expect(reasons.filter((reason) => reason instanceof Overloaded)).toHaveLength(30);
  });
});
