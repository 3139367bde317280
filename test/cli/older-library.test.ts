import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, it } from "vitest";
import { PIPELINE_VERSION } from "../../src/fingerprint.ts";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

/** Makes all transcripts those of the version before. */
function makeOlder(home: string): void {
  const db = new Sqlite(join(home, "library.sqlite"));
  const older = `'${PIPELINE_VERSION - 1}' || substr(fingerprint, 2)`;
  db.exec(`UPDATE versions SET fingerprint = ${older}`);
  db.close();
}

const versions = (home: string): readonly string[] => {
  const db = new Sqlite(join(home, "library.sqlite"), { readonly: true });
  const rows = db.prepare("SELECT substr(fingerprint, 1, 1) AS version FROM versions").all();
  db.close();
  return (rows as { version: string }[]).map(({ version }) => version);
};

it("captions that an earlier version read are read again once, and nothing is recognised", async () => {
  const home = tempFolder();
  const media = join(home, "media.wav");
  copyFileSync(join(FIXTURES, "budget.wav"), media);
  copyFileSync(join(FIXTURES, "lecture.vtt"), join(home, "lecture.vtt"));
  const run = (...argv: readonly string[]): Promise<Result> =>
    mediasearch(["index", home, "--include", "media.wav", "--include", "*.vtt", ...argv], {
      home,
      env: { ASR_ENGINE: "STUB" },
    });
  expect((await run()).stderr).toMatch(/indexed 2 /);
  makeOlder(home);
  const again = await run();
  expect(again.stderr).toContain(
    "an earlier mediasearch read 2 files: captions are looked at again",
  );
  expect(again.stderr).toMatch(/indexed 1 \(1 from captions, 0 recognised\), 1 unchanged/);
  expect(versions(home)).toEqual([String(PIPELINE_VERSION), String(PIPELINE_VERSION)]);
  const third = await run();
  expect(third.stderr).not.toContain("an earlier mediasearch");
  expect(third.stderr).toMatch(/indexed 0 .*2 unchanged/);
});

it("captions that are too thin don't take the place of what was recognised then", async () => {
  const home = tempFolder();
  copyFileSync(join(FIXTURES, "budget.wav"), join(home, "thin.wav"));
  writeFileSync(
    join(home, "thin.vtt"),
    "WEBVTT\n\n00:00.000 --> 00:02.000\n♪ La la the harbour ♪\n",
  );
  const run = (): Promise<Result> =>
    mediasearch(["index", home], { home, env: { ASR_ENGINE: "STUB" } });
  expect((await run()).stderr).toMatch(/indexed 1 \(0 from captions, 1 recognised\)/);
  makeOlder(home);
  expect((await run()).stderr).toMatch(/indexed 0 .*1 unchanged/);
  expect(versions(home)).toEqual([String(PIPELINE_VERSION)]);
});
