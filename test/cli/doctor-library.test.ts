import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { found, mediasearch } from "../helpers/run.ts";

interface Report {
  readonly exitCode: number;
  readonly checks: readonly {
    readonly check: string;
    readonly status: string;
    readonly found: string;
    readonly hint: string | null;
  }[];
}

interface Fault {
  readonly sql?: string;
  readonly damage?: (path: string) => void;
  readonly exit: number;
  readonly found: RegExp;
  readonly hint: RegExp;
  readonly fixed: boolean;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "a keyword index that is not of these texts": {
    sql: "INSERT INTO segments_fts (segments_fts, rowid, text, speaker) SELECT 'delete', id, text, speaker FROM segments LIMIT 1",
    exit: 13,
    found: /keywords/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "a keyword index that still has the words of a deleted file": {
    sql: `UPDATE assets SET deleted_at_ms = 1 WHERE id = (SELECT min(id) FROM assets);
      INSERT INTO segments_fts (rowid, text, speaker, grams) SELECT s.id, s.text, s.speaker, s.grams FROM segments s JOIN versions v ON v.id = s.version_id
      WHERE v.asset_id = (SELECT min(id) FROM assets); UPDATE assets SET deleted_at_ms = unixepoch() * 1000 WHERE deleted_at_ms = 1`,
    exit: 13,
    found: /keywords/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "segments that a version does not count": {
    sql: "UPDATE versions SET segment_count = segment_count + 1",
    exit: 13,
    found: /segment counts: \d+ versions/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "files called indexed that lack vectors": {
    sql: "DELETE FROM vectors WHERE segment_id = (SELECT min(segment_id) FROM vectors)",
    exit: 13,
    found: /states: 1 files/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "a file called indexed without a transcript": {
    sql: "PRAGMA foreign_keys = OFF; DELETE FROM versions WHERE id = (SELECT min(id) FROM versions)",
    exit: 13,
    found: /registered: 1 files/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "segments of a version that is gone": {
    sql: "PRAGMA foreign_keys = OFF; UPDATE segments SET version_id = 4711 WHERE id = (SELECT min(id) FROM segments)",
    exit: 13,
    found: /orphans: \d+ rows/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "codes that are not of these vectors": {
    sql: "UPDATE vector_codes SET codes = zeroblob(length(codes))",
    exit: 13,
    found: /vectors: \d+ that searches don't find/,
    hint: /doctor --fix/,
    fixed: true,
  },
  "another embedding model": {
    sql: `UPDATE meta SET value = replace(value, 'MiniLM', 'OtherLM') WHERE key = 'embedder'`,
    exit: 13,
    found: /made with the embedding model/,
    hint: /migrate --reembed/,
    fixed: false,
  },
  "a schema of a newer mediasearch": {
    sql: "PRAGMA user_version = 9999",
    exit: 13,
    found: /newer mediasearch/,
    hint: /npm install mediasearch@latest/,
    fixed: false,
  },
  "another program's database": {
    sql: "PRAGMA application_id = 1",
    exit: 13,
    found: /not a library of mediasearch/,
    hint: /--store/,
    fixed: false,
  },
  "pages that are damaged": {
    damage(path) {
      const bytes = readFileSync(path);
      bytes.fill(0xff, 8192, Math.min(bytes.length, 20_000));
      writeFileSync(path, bytes);
    },
    exit: 13,
    found: /damaged/,
    hint: /restore/,
    fixed: false,
  },
  "a file that is no database": {
    damage: (path) =>
      writeFileSync(path, "this was a library once, before somebody wrote a text over it"),
    exit: 13,
    found: /not a library/,
    hint: /--store/,
    fixed: false,
  },
};

describe("doctor finds", () => {
  for (const [fault, { sql, damage, exit, found: wanted, hint, fixed }] of Object.entries(FAULTS))
    it(`${fault}${fixed ? ", and --fix mends it after a copy" : ", and says what to do"}`, async () => {
      const home = await captionLibrary(3);
      const path = join(home, "library.sqlite");
      if (sql !== undefined) {
        const db = new Sqlite(path);
        db.exec(sql);
        db.close();
      }
      damage?.(path);
      const { exitCode, stdout } = await mediasearch(["doctor", "--deep", "--json"], { home });
      const failed = (JSON.parse(stdout) as Report).checks.filter(
        ({ status }) => status === "failed",
      );
      expect(exitCode, stdout).toBe(exit);
      expect(
        failed.some(
          (check) =>
            check.check === "library" && wanted.test(check.found) && hint.test(check.hint ?? ""),
        ),
        JSON.stringify(failed),
      ).toBe(true);
      if (!fixed) return;
      const before = readFileSync(path);
      const mended = await mediasearch(["doctor", "--fix"], { home });
      expect(mended.exitCode, mended.stdout + mended.stderr).toBe(0);
      expect(mended.stderr).toContain("fixed: ");
      expect(before.length).toBeGreaterThan(0);
      const copy = readdirSync(home).find((name) => name.endsWith(".before-fix")) ?? "";
      copyFileSync(join(home, copy), join(home, "copy.sqlite"));
      expect(
        (await mediasearch(["doctor", "--store", join(home, "copy.sqlite")], { home })).exitCode,
      ).toBe(exit);
      // What is owed after the repair (vectors, transcripts) the next run makes.
      expect((await mediasearch(["index", join(home, "media")], { home })).exitCode).toBe(0);
      expect(
        found(await mediasearch(["search", "who pays for the harbour", "--json"], { home })).total,
      ).toBeGreaterThanOrEqual(3);
      expect((await mediasearch(["doctor", "--deep"], { home })).exitCode).toBe(0);
    });

  it("nothing to fix in a library that is well, and makes no copy of it", async () => {
    const home = await captionLibrary(1);
    expect((await mediasearch(["doctor", "--fix"], { home })).stderr).toContain("nothing to fix");
    expect(readdirSync(home).some((name) => name.endsWith(".before-fix"))).toBe(false);
  });
});

describe("a library that another program keeps locked", () => {
  it("is one failure; no other check waits for it", async () => {
    const home = await captionLibrary(1);
    const other = new Sqlite(join(home, "library.sqlite"));
    other.pragma("locking_mode = EXCLUSIVE");
    other.exec("BEGIN EXCLUSIVE");
    const turns = { count: 0 };
    const timer = setInterval(() => turns.count++, 50);
    try {
      const { stdout } = await mediasearch(["doctor", "--json"], { home });
      const failed = (JSON.parse(stdout) as Report).checks.filter(
        ({ status }) => status === "failed",
      );
      expect(failed).toMatchObject([
        { check: "library", found: expect.stringContaining("another process") as string },
      ]);
      // Ten seconds of waiting, in which everything else gets its turn.
      expect(turns.count).toBeGreaterThan(30);
    } finally {
      clearInterval(timer);
      other.close();
    }
  });
});
