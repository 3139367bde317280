import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { captionLibrary } from "../helpers/caption-library.ts";
import { mediasearch, type Result, tempFolder } from "../helpers/run.ts";

/** What a library that somebody else made may hold wherever there is text. */
const ATTACK = "\u001b[31m\u001b]0;owned\u0007\u009b2J\u202etxet\u2066a\u2028b\r\nc\td\ud800";
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufffe]/u;
/** Lines end with CR and LF in CSV alone. */
const visible = (text: string): string => text.replaceAll("\r\n", "\n");

let home: string;
const library = (): string => join(home, "library.sqlite");

/**
 * Fills every text of the library with the attack, and every number with one that no date holds.
 */
function poison(path: string): void {
  const db = new Sqlite(path);
  db.function("attack", () => ATTACK);
  db.exec(`
    UPDATE segments SET text = 'bridge ' || attack() || text, speaker = attack() || 'Ada';
    UPDATE versions SET engine = attack(), language = attack(), speakers = json_array(attack()),
      indexed_at_ms = 9e17, recorded_at_ms = 9e17, duration_ms = 9e15;
    UPDATE assets SET path = path || attack() || id, mtime_ms = 9e17;
    UPDATE assets SET error = attack(), state = 'failed' WHERE id = 1;
    UPDATE assets SET path = '--play' WHERE id = 2;
    UPDATE assets SET path = '/../../tmp/../escape-' || attack() WHERE id = 3;
    UPDATE meta SET value = value || attack() WHERE key = 'nothing';
    INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms, ended_at_ms, summary)
      VALUES (1, attack(), 9e17, 9e17, NULL, NULL);
    INSERT INTO jobs (path, job) VALUES ('/x' || attack(), json_object('state', 'QUARANTINED', 'code', 'BUG',
      'reason', attack(), 'attempts', 1, 'hint', attack(), 'log', json_array(attack()), 'engine', attack(),
      'updatedAtMs', 9e17, 'nextAttemptMs', NULL, 'fileKey', '', 'engineKey', ''));
    INSERT INTO records (kind, id, value) VALUES ('key', 'a', json_object('id', 'a', 'name', attack(),
      'scopes', json_array('search'), 'filter', attack(), 'digest', '', 'createdAtMs', 9e17,
      'expiresAtMs', 9e17, 'revokedAtMs', NULL, 'lastUsedAtMs', 9e17));
    INSERT INTO records (kind, id, value) VALUES ('key', 'broken', '{'), ('edits', 'broken', '{'),
      ('words', 'broken', '{'), ('folder', 'broken', '{'), ('removal', 'broken', '{');
    INSERT INTO journal (kind, id, at_ms, value) VALUES ('audit', 'broken', 1, '{');
    INSERT INTO journal (kind, id, at_ms, value) VALUES ('audit', 'a', 9e15, json_object('who', attack(),
      'action', attack(), 'query', attack()));
  `);
  db.close();
}

beforeEach(async () => {
  home = await captionLibrary(4);
  poison(library());
});

const run = (...argv: string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });

/** Every output of every command that shows something of a library. */
const OUTPUTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  index: [["--dry-run"], ["--dry-run", "--json"]],
  ingest: [["--dry-run"]],
  search: [
    ..."text json ndjson csv tsv md srt vtt m3u edl otio fcpxml"
      .split(" ")
      .map((format) => ["bridge", "--mode", "keyword", "--context", "1", "--format", format]),
    ["bridge", "--group", "--explain"],
    ["bridge", "--group", "--format", "md"],
    ["bridge", "--raw-cells", "--format", "csv"],
    ["bridge", "--play", "1"],
    ["bridge", "--clip", "1", "-o", "x.mp4"],
  ],
  ask: [["bridge"], ["bridge", "--json"]],
  list: "text json ndjson csv tsv md m3u".split(" ").map((format) => ["--format", format]),
  transcript: "text json ndjson csv tsv md srt vtt"
    .split(" ")
    .map((format) => ["talk-3*", "--format", format]),
  speakers: [["list"], ["list", "--json"], ["rename", ATTACK, `B${ATTACK}`]],
  jobs: [[], ["--json"], ["show"]],
  status: [[], ["--json"]],
  unlock: [[], ["--json"]],
  folders: [[], ["--json"]],
  workers: [[], ["--json"]],
  edits: [[], ["--json"]],
  remove: [
    ["talk-3*", "--dry-run"],
    ["talk-3*", "--dry-run", "--json"],
  ],
  keys: [["list"], ["list", "--json"], ["revoke", "a", "--json"]],
  audit: [[], ["--json"]],
  doctor: [[], ["--json"], ["--readiness", "--format", "md"]],
  migrate: [[], ["--json"], ["--to", "OUT/moved.sqlite"]],
  backup: [["OUT/a.backup"], ["OUT/b.backup", "--json"]],
  restore: [
    ["OUT/a.backup", "--check"],
    ["OUT/a.backup", "--check", "--json"],
  ],
  export: "json srt vtt txt md"
    .split(" ")
    .map((format) => ["--format", format, "-o", `OUT/${format}`]),
  import: [["OUT/json"], ["OUT/json", "--json"]],
};
/** What must be there first. */
const BEFORE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  restore: [["backup", "OUT/a.backup"]],
  import: [["export", "--format", "json", "-o", "OUT/json"]],
};
/** They show nothing of a library, or nothing on a terminal that came from one. */
const SHOW_NOTHING = ["mcp", "serve", "models", "config", "completion", "bench"];

describe("a library full of attacks", () => {
  it("is shown by every command", () =>
    expect([...Object.keys(OUTPUTS), ...SHOW_NOTHING].toSorted()).toEqual(
      COMMANDS.map(({ name }) => name).toSorted(),
    ));

  it.each(Object.keys(OUTPUTS))("does nothing to a terminal by way of %s", async (command) => {
    const out = join(home, "out");
    mkdirSync(out, { recursive: true });
    const argvs = [
      ...(BEFORE[command] ?? []),
      ...(OUTPUTS[command] ?? []).map((args) => [command, ...args]),
    ];
    for (const args of argvs) {
      const argv = args.map((arg) => arg.replace("OUT", out));
      const { stdout, stderr, exitCode } = await run(...argv);
      const shown = `${argv.join(" ")}: ${JSON.stringify(stdout)} ${JSON.stringify(stderr)}`;
      expect(visible(stdout), shown).not.toMatch(UNSAFE);
      expect(visible(stderr), shown).not.toMatch(UNSAFE);
      expect(stderr, shown).not.toMatch(/BUG|TypeError|RangeError|URIError|Invalid/);
      expect(exitCode, shown).not.toBe(1);
    }
  });

  it("writes nothing outside the folder of an export, and nothing unsafe into it", async () => {
    const out = join(tempFolder(), "a", "b", "out");
    const { stdout } = await run("export", "--format", "srt", "-o", out, "--json");
    const { files } = JSON.parse(stdout) as { files: { outcome: string; to: string }[] };
    expect(files.filter(({ outcome }) => outcome === "written").length).toBeGreaterThan(0);
    for (const { to } of files.filter(({ outcome }) => outcome === "written"))
      expect(to.startsWith(`${out}/`), to).toBe(true);
    const entries = readdirSync(out, { recursive: true, withFileTypes: true });
    for (const { parentPath, name } of entries.filter((entry) => entry.isFile()))
      expect(readFileSync(join(parentPath, name), "utf8")).not.toMatch(UNSAFE);
  });

  it("is cleaned when it is moved into another one, and what can't be a file is left out and told", async () => {
    const target = join(tempFolder(), "clean.sqlite");
    const { stdout, exitCode } = await run("migrate", "--to", target);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/left out +2 files whose paths/)]);
    const db = new Sqlite(target, { readonly: true });
    const texts = db
      .prepare("SELECT text || speaker FROM segments UNION SELECT engine || language FROM versions")
      .pluck()
      .all();
    db.close();
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(text).not.toMatch(UNSAFE);
  });
});

describe("a transcript from elsewhere", () => {
  it.each([
    ["no place", { asset: "--play" }, /no path that a file could have/],
    ["a place above", { asset: "/a/../../b.mp3" }, /no path that a file could have/],
    ["an empty place", { asset: "" }, /no path that a file could have/],
  ])("is refused when it names %s", async (_what, facts, reason) => {
    const folder = tempFolder();
    const path = join(folder, "a.transcript.json");
    writeFileSync(path, JSON.stringify(transcript(facts)));
    const { exitCode, stderr } = await mediasearch(["import", path], { home: folder });
    expect([exitCode, stderr]).toEqual([3, expect.stringMatching(reason)]);
  });

  it("comes in with odd facts, and is listed all the same", async () => {
    const folder = tempFolder();
    const path = join(folder, "a.transcript.json");
    writeFileSync(
      path,
      JSON.stringify(
        transcript({
          mtimeMs: 1e300,
          recordedAtMs: -1e200,
          language: "\u001b[31m",
          engine: 7,
          sizeBytes: -5,
        }),
      ),
    );
    expect((await mediasearch(["import", path], { home: folder })).exitCode).toBe(0);
    const { stdout } = await mediasearch(["list", "--json"], { home: folder });
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ language: "und", recorded: null, modified: "1970-01-01T00:00:00.000Z" }],
    });
  });
});

const transcript = (facts: object): object => ({
  version: 1,
  asset: "/elsewhere/talk.mp3",
  fingerprint: "f",
  captionsStat: "",
  sizeBytes: 1,
  mtimeMs: 1,
  origin: "asr",
  engine: "e",
  language: "en",
  durationMs: 1000,
  indexedAtMs: 1,
  recordedAtMs: null,
  embedder: null,
  segments: [{ startMs: 0, endMs: 1000, speaker: null, text: "hello", confidence: null }],
  ...facts,
});
