/**
 * npm run test:crash -- [kills, default 100] [seed, default 1]: kills the real program at random
 * moments and says what became of the library.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIXTURES } from "../helpers/run.ts";
import { crash, dump, indexKilled, integrity, seeded } from "./crash.ts";

const kills = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? 1);
const work = mkdtempSync(join(tmpdir(), "mediasearch-crash-"));
const undisturbed = join(work, "undisturbed");
const startedAt = performance.now();
await indexKilled(FIXTURES, undisturbed, Infinity);
const wallMs = performance.now() - startedAt;
const reference = dump(join(undisturbed, "library.sqlite"));
const random = seeded(seed);
const tally = { done: 0, wrong: 0, rounds: 0 };
while (tally.done < kills) {
  const home = join(work, `home-${tally.rounds++}`);
  // A library comes to its end after some kills; then another one begins.
  await crash(
    { folder: FIXTURES, home, reference, kills: Math.min(5, kills - tally.done), wallMs, random },
    (kill) => {
      tally.done++;
      tally.wrong += kill.wrong.length;
      process.stdout.write(
        `kill ${tally.done} after ${kill.afterMs} ms: ${kill.files} whole files${kill.wrong.length > 0 ? `, WRONG: ${kill.wrong.join(", ")}` : ""}\n`,
      );
    },
  );
  await indexKilled(FIXTURES, home, Infinity);
  const library = join(home, "library.sqlite");
  const end = dump(library);
  const isSame =
    integrity(library) === "ok" &&
    end.size === reference.size &&
    [...reference].every(([path, digest]) => end.get(path) === digest);
  if (!isSame) tally.wrong++;
  process.stdout.write(
    `left to finish: ${isSame ? "equal to the undisturbed library" : "DIFFERENT"}\n`,
  );
}
rmSync(work, { recursive: true });
process.stdout.write(
  `${tally.done} kills in ${tally.rounds} libraries, seed ${seed}, undisturbed ${Math.round(wallMs)} ms: ${tally.wrong} wrong\n`,
);
process.exitCode = tally.wrong > 0 ? 1 : 0;
