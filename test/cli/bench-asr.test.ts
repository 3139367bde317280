import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

function samples(): string {
  const folder = tempFolder();
  for (const name of ["bees.flac", "museum.avi", "garden.m4a", "noise.ogg"])
    copyFileSync(join(FIXTURES, name), join(folder, name));
  writeFileSync(
    join(folder, "bees.txt"),
    "Bees visit millions of flowers to make a single jar of honey.\n",
  );
  writeFileSync(
    join(folder, "museum.srt"),
    "1\n00:00:00,500 --> 00:00:03,235\nThe museum is open every day except Monday.\n",
  );
  writeFileSync(
    join(folder, "garden.vtt"),
    "WEBVTT\n\n00:00.500 --> 00:04.000\n<v Ada>Plant the tomatoes in a sunny place and water them every evening.\n",
  );
  return folder;
}

interface Report {
  readonly engines: readonly {
    readonly engine: string;
    readonly id: string | null;
    readonly wordErrorRate: number | null;
    readonly errors: { readonly words: number };
    readonly realTimeFactor: number;
    readonly failure: string | null;
    readonly files: readonly { readonly name: string }[];
  }[];
}

describe("bench asr", () => {
  it("scores and times every recogniser on recordings that have a transcript beside them", async () => {
    const folder = samples();
    const byo = {
      BYO_ASR_COMMAND: JSON.stringify([
        process.execPath,
        "-e",
        'process.stdout.write(JSON.stringify([{ start: 0, end: 1, text: "Bees visit nobody" }]))',
      ]),
    };
    const { stdout, exitCode } = await mediasearch(["bench", "asr", folder, "--json"], {
      home: tempFolder(),
      env: byo,
    });
    const { engines } = JSON.parse(stdout) as Report;
    expect(exitCode).toBe(0);
    expect(engines.map(({ engine }) => engine)).toEqual(["local", "BYO"]);
    expect(engines[0]?.files.map(({ name }) => name)).toEqual([
      "bees.flac",
      "garden.m4a",
      "museum.avi",
    ]);
    expect(engines[0]?.errors.words).toBe(12 + 12 + 8);
    expect(engines[0]?.wordErrorRate).toBeLessThan(0.15);
    expect(engines[1]?.wordErrorRate).toBeGreaterThan(0.7);
    expect(engines[0]?.realTimeFactor).toBeGreaterThan(0);
  });

  it("prints a table, and goes on when one can't be measured", async () => {
    const { stdout, exitCode } = await mediasearch(
      ["bench", "asr", samples(), "--engine", "WHISPER,local"],
      { home: tempFolder() },
    );
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/WHISPER \n {2}not measured: WHISPER: no server is set/);
    expect(stdout).toMatch(
      /local moonshine-tiny.*\n {2}word errors \d+\.\d %: \d+ wrong, \d+ missed, \d+ made up, of 32 words in 3 of 3 files\n {2}[\d.]+× real time/,
    );
  });

  it("measures languages, speakers and the times of words where the references have them", async () => {
    const folder = tempFolder();
    for (const name of ["dialogue.ogg", "bees.flac"])
      copyFileSync(join(FIXTURES, name), join(folder, name));
    writeFileSync(
      join(folder, "bees.en-GB.txt"),
      "Bees visit millions of flowers to make a single jar of honey.",
    );
    const turn = (start: number, length: number, name: string): string =>
      `SPEAKER dialogue 1 ${start} ${length} <NA> <NA> ${name} <NA> <NA>\n`;
    writeFileSync(join(folder, "dialogue.rttm"), turn(0, 3, "ada") + turn(3.5, 3, "ben"));
    writeFileSync(
      join(folder, "dialogue.de.vtt"),
      "WEBVTT\n\n00:00.000 --> 00:05.000\n<00:00.500>Did <00:00.800>you",
    );
    const { stdout } = await mediasearch(["bench", "asr", folder, "--engine", "local"], {
      home: tempFolder(),
      env: { ASR_SPEAKERS: "auto" },
    });
    expect(stdout).toMatch(
      /\n {2}language right in 1 of 2 files\n {2}number of speakers right in 1 of 1 file, [\d.]+ % of speech to the wrong person\n/,
    );
  });

  it("says what it needs", async () => {
    expect(await mediasearch(["bench", "asr", tempFolder()], { home: tempFolder() })).toMatchObject(
      { exitCode: 17, stderr: expect.stringContaining("no recording with a transcript beside it") },
    );
  });
});
