import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Spawned, spawnEmulator } from "../../emulator/spawn.ts";
import type { AssetVersion } from "../../src/backends/versions.ts";
import type { Backend } from "../../src/backends/backend.ts";
import type { SearchView } from "../../src/backends/search-access.ts";
import type { ReadableLibrary } from "../../src/backends/library.ts";
import { MediasearchError } from "../../src/errors.ts";
import { libraryOn } from "./emulator.ts";
import { open } from "../../src/backends/vast/open.ts";

export interface CutReport {
  readonly cuts: number;
  /** Calls that failed, by code. Each was made again. */
  readonly failures: Readonly<Record<string, number>>;
  /** What is not as it should be at the end; none. */
  readonly wrong: readonly string[];
  /** How often each kind of fault struck. */
  readonly struck: Readonly<Record<string, number>>;
}

const FILES = 12;
const MODEL = { embedder: "m", dimensions: 3 };
const TIMEOUT_MS = 400;
/** A call may try again for a while; one that takes so much longer hangs. */
const HANGS_MS = 60_000;

/** What a file should hold after so many rounds. */
const version = (file: number, round: number): AssetVersion => ({
  id: `/${file}`,
  sizeBytes: round,
  mtimeMs: round,
  fingerprint: `f${file}-${round}`,
  sidecarKey: "",
  origin: "asr",
  engine: "e",
  language: "en",
  durationMs: 1,
  segments: Array.from({ length: 5 + file }, (_, index) => ({
    index,
    startMs: index,
    endMs: index + 1,
    text: `file ${file} round ${round} segment ${index}`,
    speaker: null,
    confidence: 1,
    vector: Float32Array.of(file + 1, round + 1, index + 1),
  })),
});

/**
 * Writes, replaces, removes and searches while the connection to the cluster is cut at random
 * moments: before anything is done, after it is done but before its answer, in the middle of a
 * reply, or for good for a while. Every call that failed is made again, as a user would. At the end
 * everything is there once.
 */
export async function cutAtRandom(
  cuts: number,
  seed: number,
  note: (text: string) => void = () => {},
): Promise<CutReport> {
  let state = seed;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-cuts-"));
  const emulator = await spawnEmulator([
    "--seed",
    String(seed),
    "--rows-per-page",
    "20",
    "--tx-timeout",
    "5000",
  ]);
  const options = libraryOn(emulator, join(folder, "replica"), { timeoutMs: TIMEOUT_MS });
  const failures: Record<string, number> = {};
  let backend: Backend | undefined;
  try {
    backend = await open(options, true);
    const { library } = backend;
    const rounds = new Map<number, number | null>();
    for (let cut = 0; cut < cuts; cut++) {
      const [file, kind] = [random(FILES), random(6)];
      await emulator.setFaults([fault(random)]);
      // What a failed call leaves undone, the same call does later: the faults go on for a while,
      // then end.
      await untilDone(() => step(backend as Backend, file, kind, cut, rounds), emulator, failures);
      if ((cut + 1) % 10 === 0) note(`${cut + 1} of ${cuts}`);
    }
    const { struck } = await emulator.status();
    await emulator.setFaults([]);
    return {
      cuts,
      failures,
      struck,
      wrong: [
        ...(await compare(library, rounds)),
        ...(await compare((await openCopy(backend)).library, rounds)),
      ],
    };
  } finally {
    await backend?.close();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Fault = Parameters<Spawned["setFaults"]>[0][number];

/** One cut, somewhere in the twenty or so requests of a step; it may strike more than once. */
function fault(random: (below: number) => number): Fault {
  const after = random(18);
  const times = 1 + random(3);
  switch (random(7)) {
    case 6:
      return { kind: "drop", after };
    case 0:
      return { kind: "drop", after, times };
    case 1:
      return { kind: "cut", after, times, bytes: 0 };
    case 2:
      return { kind: "cut", op: "commit", times, bytes: 0 };
    case 3:
      return { kind: "cut", op: "query", after: random(8), times, bytes: random(900) };
    case 4:
      return { kind: "hang", after, times: 1 };
    default:
      return { kind: "fail", op: "query", after: random(8), times, messages: random(6) };
  }
}

function openCopy({ searchAccess }: Backend): Promise<SearchView> {
  if (searchAccess.kind !== "copy") throw new Error("a cluster is searched in a copy");
  return searchAccess.open({ fresh: true });
}

async function step(
  backend: Backend,
  file: number,
  kind: number,
  cut: number,
  rounds: Map<number, number | null>,
): Promise<void> {
  const { library } = backend;
  if (kind === 0 && rounds.get(file) !== undefined) {
    await library.catalog.remove(`/${file}`);
    rounds.set(file, null);
  } else if (kind === 1) {
    await openCopy(backend);
  } else {
    // Between its first failure and its success a commit may be there or not; a search in between
    // would see either.
    rounds.set(file, cut);
    await library.versions.commit(version(file, cut), MODEL);
  }
}

const TRIES_UNDER_FAULTS = 3;

/** @throws the error itself when it is none that a cut may cause. */
function countFailure(error: unknown, failures: Record<string, number>): void {
  if (!(error instanceof MediasearchError)) throw error;
  failures[error.code] = (failures[error.code] ?? 0) + 1;
  if (error.code !== "UNREACHABLE" && error.code !== "STORE_BUSY") throw error;
}

async function untilDone(
  act: () => Promise<void>,
  emulator: Spawned,
  failures: Record<string, number>,
): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    const begun = Date.now();
    try {
      await act();
      return;
    } catch (error) {
      countFailure(error, failures);
      if (Date.now() - begun > HANGS_MS)
        throw new Error(`a call took ${Date.now() - begun} ms`, { cause: error });
      if (attempts + 1 >= TRIES_UNDER_FAULTS) await emulator.setFaults([]);
    }
  }
}

async function compare(
  library: ReadableLibrary,
  rounds: ReadonlyMap<number, number | null>,
): Promise<string[]> {
  const wrong: string[] = [];
  const there: string[] = [];
  for await (const { id } of library.catalog.list()) there.push(id);
  const wanted = [...rounds].filter(([, round]) => round !== null).map(([file]) => `/${file}`);
  if (there.toSorted().join() !== wanted.toSorted().join())
    wrong.push(`files ${there.join()} instead of ${wanted.join()}`);
  for (const [file, round] of rounds) {
    if (round === null) continue;
    const segments = [];
    for await (const { text, vector } of library.versions.read(`/${file}`))
      segments.push(`${text} ${vector?.join() ?? ""}`);
    const expected = version(file, round).segments.map(
      ({ text, vector }) => `${text} ${vector?.join() ?? ""}`,
    );
    if (segments.join("\n") !== expected.join("\n"))
      wrong.push(
        `/${file}: ${segments.length} segments, the first "${segments[0]}", instead of ${expected.length} of round ${round}`,
      );
  }
  const counts = await library.catalog.counts();
  const segments = [...rounds].reduce(
    (sum, [file, round]) => sum + (round === null ? 0 : 5 + file),
    0,
  );
  if (counts.segments !== segments)
    wrong.push(`${counts.segments} segments counted instead of ${segments}`);
  return wrong;
}
