import type { Database } from "better-sqlite3";
import type { Finding } from "../backend.ts";
import { toStoreError } from "./errors.ts";
import { checkLinks, REPAIR } from "./check-links.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { NetworkShare } from "./network-share.ts";
import { wrongCodes } from "./vector-check.ts";

const DAMAGED =
  "mediasearch restore BACKUP --force   (without a backup: move the file away and index again)";

/**
 * The schema, the file's pages (https://www.sqlite.org/pragma.html#pragma_quick_check), the keyword
 * index against the texts, the vectors.
 */
export async function* checkLocalLibrary(
  db: Database,
  path: string,
  {
    deep = false,
    share,
  }: { readonly deep?: boolean; readonly share?: NetworkShare | undefined } = {},
): AsyncIterable<Finding> {
  const schema = db.pragma("user_version", { simple: true }) as number;
  yield { check: "schema", status: "ok", found: `${schema} (newest: ${MIGRATIONS.length})` };
  if (share)
    yield {
      check: "place",
      status: "warning",
      found: `a share (${share.kind}): safe for several machines as far as its locks are, and slower than a disk`,
      hint: "a disk of this machine (MEDIASEARCH_HOME, --store), or BACKEND=vast for many machines",
    };
  const pages = runCheck(
    path,
    () => db.pragma(deep ? "integrity_check(1)" : "quick_check(1)", { simple: true }) as string,
  );
  yield pages === "ok"
    ? { check: "library", status: "ok", found: "sound" }
    : { check: "library", status: "failed", found: `damaged: ${pages}`, hint: DAMAGED };
  if (pages !== "ok") return;
  yield checkSizes(db);
  yield* checkLinks(db);
  const words = runCheck(path, () => checkWords(db));
  yield words === "ok"
    ? { check: "keywords", status: "ok", found: "as the texts" }
    : { check: "keywords", status: "failed", found: words, hint: REPAIR };
  yield checkVectors(db);
}

/** Bytes that nothing of ours comes near: what is larger was made to fill memory. */
const MAX_TEXT_BYTES = 1 << 20;
const MAX_BLOB_BYTES = 64 << 20;

/** The largest value of each kind; SQLite knows lengths without reading the values. */
function checkSizes(db: Database): Finding {
  const tooLarge = db
    .prepare(
      `SELECT 'segments' FROM segments WHERE octet_length(text) > ${MAX_TEXT_BYTES} OR octet_length(speaker) > ${MAX_TEXT_BYTES}
       UNION ALL SELECT 'assets' FROM assets WHERE octet_length(path) > ${MAX_TEXT_BYTES} OR octet_length(error) > ${MAX_TEXT_BYTES}
       UNION ALL SELECT 'versions' FROM versions WHERE octet_length(speakers) > ${MAX_BLOB_BYTES} OR octet_length(fingerprint) > ${MAX_TEXT_BYTES} OR octet_length(engine) > ${MAX_TEXT_BYTES} OR octet_length(language) > ${MAX_TEXT_BYTES}
       UNION ALL SELECT 'archive' FROM archive WHERE octet_length(version) > ${MAX_BLOB_BYTES}
       UNION ALL SELECT 'jobs' FROM jobs WHERE octet_length(job) > ${MAX_BLOB_BYTES}
       UNION ALL SELECT 'vectors' FROM vectors WHERE octet_length(vector) > ${MAX_TEXT_BYTES}
       UNION ALL SELECT 'meta' FROM meta WHERE octet_length(value) > ${MAX_TEXT_BYTES} LIMIT 1`,
    )
    .pluck()
    .get() as string | undefined;
  return tooLarge === undefined
    ? { check: "sizes", status: "ok", found: "plausible" }
    : {
        check: "sizes",
        status: "failed",
        found: `a value of ${tooLarge} is too large to be ours`,
        hint: DAMAGED,
      };
}

/** Damage is what is looked for here: it is an answer, not an error. */
function runCheck(path: string, act: () => string): string {
  try {
    return act();
  } catch (error) {
    const ours = toStoreError(error, path);
    if (ours.code === "SCHEMA_MISMATCH") return ours.message;
    throw ours;
  }
}

/**
 * An insert by its form, so a library that can't be written goes without
 * (https://www.sqlite.org/fts5.html#the_integrity_check_command).
 */
function checkWords(db: Database): string {
  if (!db.readonly)
    db.exec("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)");
  return "ok";
}

function checkVectors(db: Database): Finding {
  const { dimensions } = readEmbeddingModel(db) ?? { dimensions: 0 };
  const failed = (found: string, hint: string): Finding => ({
    check: "vectors",
    status: "failed",
    found,
    hint,
  });
  const wrong = db
    .prepare("SELECT count(*) FROM vectors WHERE length(vector) <> ?")
    .pluck()
    .get(dimensions * Float32Array.BYTES_PER_ELEMENT) as number;
  if (wrong > 0)
    return failed(`${wrong} not of the embedding model's length`, "mediasearch migrate --reembed");
  const lost = wrongCodes(db, dimensions);
  return lost > 0
    ? failed(`${lost} that searches don't find`, REPAIR)
    : { check: "vectors", status: "ok", found: "all of one length, all found by searches" };
}
