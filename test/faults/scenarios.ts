import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BIN, environment, ROOT } from "../helpers/run.ts";
import { held, isSame, type LibraryState, readLibrary } from "./library-state.ts";
import type { FaultResult, FaultRun } from "./shim.ts";

/** Commands that change something, and what must be true after any fault in them. */
export interface Scenario {
  readonly name: string;
  /** Makes what is there before, in `place.home`, once. */
  readonly prepare: (place: Place) => Promise<void>;
  readonly argv: (place: Place) => readonly string[];
  /** Puts the media back as they are before the command. */
  readonly reset?: (place: Place) => void;
  /** What the test does while the command runs, for those that go on until they are ended. */
  readonly drive?: (place: Place) => FaultRun["drive"];
  /** What is wrong after a fault, while the command may have ended anywhere. */
  readonly judge: (place: Place, result: Told) => readonly string[];
  /** What is wrong after the command was told to be done, or after it was run again. */
  readonly judgeDone: (place: Place, result: Told) => readonly string[];
  /** Brings the end after a fault; the same command unless this says otherwise. */
  readonly again?: (place: Place) => readonly string[];
  /** Exit codes of that besides 0: there may be nothing left to do. */
  readonly againExits?: readonly number[];
}

export interface Place {
  readonly home: string;
  readonly media: string;
  /** What an undisturbed run held in the end. */
  readonly reference: ReadonlyMap<string, string>;
  /** What was held before. */
  readonly before: ReadonlyMap<string, string>;
}

export type Told = Pick<FaultResult, "exitCode" | "stdout" | "stderr">;

export function run(argv: readonly string[], home: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...argv], {
      cwd: ROOT,
      env: environment(home, { EMBEDDING_MODEL: "stub" }),
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

async function mustRun(argv: readonly string[], home: string): Promise<void> {
  const { exitCode, stderr } = await run(argv, home);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
}

const FILES = 6;
const captions = (n: number, verse = "closed in the spring"): string =>
  `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge number ${n} was ${verse}.\n\n00:05.000 --> 00:09.000\n<v Ben>Nobody knows who pays for harbour ${n}.\n`;

export function writeTalks(media: string, from = 0, to = FILES, verse?: string): void {
  mkdirSync(media, { recursive: true });
  for (let n = from; n < to; n++) writeFileSync(join(media, `talk-${n}.vtt`), captions(n, verse));
}

export const libraryOf = (home: string): string => join(home, "library.sqlite");
const libraryState = ({ home }: Place): LibraryState | null => readLibrary(libraryOf(home));

/** Every transcript is that of before or that of the end, and what was told to be done is done. */
function judgeFiles(place: Place, { stdout }: Told): string[] {
  const state = libraryState(place);
  const now = held(state);
  const wrong = [...(state?.problems ?? [])];
  for (const [path, content] of now)
    if (content !== place.reference.get(path) && content !== place.before.get(path))
      wrong.push(`half: ${path}`);
  for (const path of place.before.keys()) if (!now.has(path)) wrong.push(`lost: ${path}`);
  for (const line of stdout.split("\n")) {
    const path = /^\{"type":"indexed","file":"([^"]+)".*\}$/.exec(line)?.[1];
    if (path !== undefined && now.get(path) !== place.reference.get(path))
      wrong.push(`told as indexed, and lost: ${path}`);
  }
  return wrong;
}

function judgeSame(place: Place, wanted = place.reference): string[] {
  const state = libraryState(place);
  return [
    ...(state?.problems ?? []),
    ...(isSame(held(state), wanted) ? [] : ["not as after an undisturbed run"]),
  ];
}

/** The library is as it was, or as it is in the end; nothing between. */
function judgeEither(place: Place): string[] {
  const state = libraryState(place);
  const now = held(state);
  const isEither = isSame(now, place.before) || isSame(now, place.reference);
  return [...(state?.problems ?? []), ...(isEither ? [] : ["neither as before nor as in the end"])];
}

const leftovers = ({ home }: Place): string[] =>
  readdirSync(home)
    .filter((name) => name.startsWith(".unfinished"))
    .map((name) => `left behind: ${name}`);

const index: Scenario = {
  name: "index",
  prepare: async ({ media }) => writeTalks(media),
  argv: ({ media }) => ["index", media, "--json"],
  judge: judgeFiles,
  judgeDone: (place) => judgeSame(place),
};

const update: Scenario = {
  name: "index what changed",
  async prepare({ media, home }) {
    writeTalks(media);
    await mustRun(["index", media], home);
    writeTalks(media, 1, 4, "opened in the autumn");
  },
  argv: ({ media }) => ["index", media, "--json"],
  judge: judgeFiles,
  judgeDone: (place) => judgeSame(place),
};

const copyOf = ({ home }: Place): string => join(home, "copy.sqlite");

const migrate: Scenario = {
  name: "migrate",
  async prepare({ media, home }) {
    writeTalks(media);
    await mustRun(["index", media], home);
  },
  argv: (place) => ["migrate", "--to", copyOf(place), "--json"],
  judge(place) {
    const copy = readLibrary(copyOf(place));
    const wrong = [...judgeSame(place, place.before), ...(copy?.problems ?? [])];
    for (const [path, content] of held(copy))
      if (content !== place.before.get(path)) wrong.push(`half in the copy: ${path}`);
    return wrong;
  },
  judgeDone: (place) =>
    isSame(held(readLibrary(copyOf(place))), place.before) ? [] : ["the copy is not the same"],
};

const backupOf = ({ home }: Place): string => join(home, "monday.backup");
const KEPT = /^library\.sqlite\..*\.replaced$/;

const backup: Scenario = {
  name: "backup",
  async prepare(place) {
    const { media, home } = place;
    writeTalks(media, 0, 3);
    await mustRun(["index", media], home);
    await mustRun(["backup", backupOf(place)], home);
    cpSync(backupOf(place), join(home, "first.copy"));
    writeTalks(media);
    await mustRun(["index", media], home);
  },
  argv: (place) => ["backup", backupOf(place), "--force", "--json"],
  judge(place, { stdout }) {
    const now = existsSync(backupOf(place)) ? readFileSync(backupOf(place)) : Buffer.alloc(0);
    const isFirst = now.equals(readFileSync(join(place.home, "first.copy")));
    const isTold = stdout.includes('"sha256"');
    return [
      ...judgeSame(place, place.before),
      ...(isTold && isFirst ? ["told as written, and it is the one before"] : []),
      ...(isFirst || isWholeBackup(now) ? [] : ["half a backup under its name"]),
    ];
  },
  judgeDone: (place) => [
    ...(isWholeBackup(readFileSync(backupOf(place))) ? [] : ["half a backup under its name"]),
    ...leftovers(place),
  ],
};

/** The end of a gzip file has the length and the checksum of what it holds (RFC 1952). */
function isWholeBackup(packed: Buffer): boolean {
  try {
    return process.getBuiltinModule("node:zlib").gunzipSync(packed).length > 0;
  } catch {
    return false;
  }
}

const restore: Scenario = {
  name: "restore",
  async prepare(place) {
    const { media, home } = place;
    writeTalks(media, 0, 3);
    await mustRun(["index", media], home);
    await mustRun(["backup", backupOf(place)], home);
    writeTalks(media);
    await mustRun(["index", media], home);
  },
  argv: (place) => ["restore", backupOf(place), "--force", "--json"],
  judge(place, { stdout }) {
    const wrong = judgeEither(place);
    const now = held(libraryState(place));
    const kept = readdirSync(place.home).filter((name) => KEPT.test(name));
    const isKept = kept.some((name) =>
      isSame(held(readLibrary(join(place.home, name))), place.before),
    );
    if (!isSame(now, place.before) && !isKept) wrong.push("what was replaced is gone");
    if (stdout.includes('"kept"') && !isSame(now, place.reference))
      wrong.push("told as restored, and it is not");
    return wrong;
  },
  judgeDone: (place) => [...judgeSame(place), ...leftovers(place)],
};

const remove: Scenario = {
  name: "remove",
  async prepare({ media, home }) {
    writeTalks(media);
    await mustRun(["index", media], home);
  },
  argv: ({ media }) => ["remove", join(media, "talk-3.vtt"), "--json"],
  againExits: [17],
  judge: judgeEither,
  judgeDone: (place) => judgeSame(place),
};

const purge: Scenario = {
  ...remove,
  name: "remove --purge",
  argv: ({ media }) => ["remove", join(media, "talk-3.vtt"), "--purge", "--json"],
  // What is hidden before it is wiped is gone for every search.
  judge(place) {
    const state = libraryState(place);
    const wrong = [...(state?.problems ?? [])];
    for (const [path, content] of held(state))
      if (!path.endsWith("talk-3.vtt") && content !== place.before.get(path))
        wrong.push(`half: ${path}`);
    for (const path of place.before.keys())
      if (!path.endsWith("talk-3.vtt") && !held(state).has(path)) wrong.push(`lost: ${path}`);
    return wrong;
  },
  judgeDone: (place) => [
    ...judgeSame(place),
    ...(readFileSync(libraryOf(place.home)).includes("harbour 3") ? ["its words are there"] : []),
  ],
};

const STEP_MS = 20;
/** How long `watch` may take for a file before the test goes on without it. */
const PATIENCE_MS = 20_000;

async function waitFor(ask: () => boolean): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && !ask(); waited += STEP_MS) await sleep(STEP_MS);
}

const watch: Scenario = {
  name: "watch",
  async prepare({ media, home }) {
    writeTalks(media, 0, 2);
    await mustRun(["index", media], home);
  },
  reset({ media }) {
    rmSync(media, { recursive: true, force: true });
    writeTalks(media, 0, 2);
  },
  argv: ({ media }) => ["index", media, "--watch", "--json"],
  drive:
    ({ media }) =>
    async (stdout, hasEnded) => {
      await waitFor(() => hasEnded() || stdout().includes('"unchanged"'));
      writeTalks(media, 2);
      const isDone = (): boolean => stdout().split('"type":"indexed"').length > FILES - 2;
      await waitFor(() => hasEnded() || isDone());
    },
  again: ({ media }) => ["index", media, "--json"],
  judge: judgeFiles,
  judgeDone: (place) => judgeSame(place),
};

const COLLECTIONS = 12;

const serve: Scenario = {
  name: "serve",
  async prepare({ media, home }) {
    writeTalks(media);
    await mustRun(["index", media], home);
    const { stdout } = await run(["keys", "create", "--scopes", "all", "--json"], home);
    writeFileSync(join(home, "key"), (JSON.parse(stdout) as { key: string }).key);
  },
  argv: () => ["serve", "--listen", "127.0.0.1:0"],
  drive: (place) => (stdout, hasEnded) => makeCollections(place, stdout, hasEnded),
  again: () => ["status", "--json"],
  judge(place) {
    const state = libraryState(place);
    const answered = readFileSync(answersOf(place), "utf8").trim().split("\n").filter(Boolean);
    return [
      ...judgeSame(place, place.before),
      ...answered
        .filter((id) => !state?.records.has(`collection/${id}`))
        .map((id) => `answered, and lost: ${id}`),
    ];
  },
  judgeDone: (place) => judgeSame(place, place.before),
};

const answersOf = ({ home }: Place): string => `${home}.answers`;

/** Makes collections until the server is gone, and notes which it answered for. */
async function makeCollections(
  place: Place,
  stdout: () => string,
  hasEnded: () => boolean,
): Promise<void> {
  writeFileSync(answersOf(place), "");
  await waitFor(() => hasEnded() || stdout().split("\n").length > 2);
  const key = readFileSync(join(place.home, "key"), "utf8");
  const [url = ""] = stdout().split("\n");
  for (let n = 0; n < COLLECTIONS && !hasEnded(); n++)
    try {
      const response = await fetch(`${url}/v1/collections`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({ name: `collection ${n}` }),
      });
      const { id } = (await response.json()) as { id?: string };
      if (response.status === 201) writeFileSync(answersOf(place), `${id}\n`, { flag: "a" });
    } catch {
      // The server was killed before it answered.
      return;
    }
}

export const SCENARIOS: readonly Scenario[] = [
  index,
  update,
  migrate,
  backup,
  restore,
  remove,
  purge,
  watch,
  serve,
];
