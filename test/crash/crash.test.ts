import { join } from "node:path";
import { expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../helpers/run.ts";
import { crash, dump, indexKilled, integrity, type Kill, seeded } from "./crash.ts";

it("killed again and again, the program never leaves half a file, and ends where an undisturbed run ends", async () => {
  const undisturbed = tempFolder();
  const startedAt = performance.now();
  expect(await indexKilled(FIXTURES, undisturbed, Infinity)).toBe(true);
  const wallMs = performance.now() - startedAt;
  const reference = dump(join(undisturbed, "library.sqlite"));
  expect(reference.size).toBe(19);
  const home = tempFolder();
  const kills: Kill[] = [];
  await crash({ folder: FIXTURES, home, reference, kills: 6, wallMs, random: seeded(7) }, (kill) =>
    kills.push(kill),
  );
  expect(kills.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(await indexKilled(FIXTURES, home, Infinity)).toBe(true);
  expect(integrity(join(home, "library.sqlite"))).toBe("ok");
  expect(dump(join(home, "library.sqlite"))).toEqual(reference);
});
