import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeFilm } from "../../test/helpers/film.ts";
import { createRenditions } from "./renditions.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-renditions-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a part that waits for its turn", () => {
  it("is made while anybody waits for it, whoever asked first", async () => {
    const film = join(folder, "film.mp4");
    await makeFilm(film, { seconds: 3 });
    const renditions = createRenditions(process.env, new AbortController().signal);
    const still = (ms: number, { signal }: AbortController) => renditions.still(film, ms, signal);
    const [reloaded, staying] = [new AbortController(), new AbortController()];
    const asked = [
      still(0, staying),
      still(1000, reloaded),
      still(1000, staying),
      still(2000, reloaded),
    ];
    const outcomes = Promise.allSettled(asked);
    reloaded.abort();
    const [, , shared, alone] = await outcomes;
    expect(shared?.status === "fulfilled" && (await stat(shared.value)).size).toBeGreaterThan(0);
    expect(alone?.status).toBe("rejected");
    await renditions.close();
  });
});
