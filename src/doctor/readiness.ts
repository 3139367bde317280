import type { Context } from "../app/context.ts";
import { isIP } from "node:net";
import type { Result } from "./check.ts";
import type { Measure } from "./perf.ts";
import { toMediasearchError } from "../errors.ts";
import { queryTerms } from "../text/query-terms.ts";

export const AREAS = ["code", "infrastructure", "operations", "data"] as const;
export type Area = (typeof AREAS)[number];

/** absent: mediasearch has no such thing yet. asked: nobody has confirmed it yet. */
export type ItemStatus = "ok" | "warning" | "failed" | "asked" | "absent";

export interface Item {
  readonly area: Area;
  readonly item: string;
  readonly status: ItemStatus;
  readonly found: string;
  readonly hint: string | null;
}

/** What people confirmed, by item. */
export type Answers = Readonly<Record<string, { readonly text: string; readonly at: string }>>;

/** What no program can see from here: somebody looks, and `--confirm` keeps what they saw. */
export const QUESTIONS: Readonly<Record<string, readonly [area: Area, question: string]>> = {
  "backup-tested": [
    "infrastructure",
    "a backup was restored into another place and searched there",
  ],
  "alerts-present": [
    "operations",
    "somebody is told when index ends with another code than 0, when jobs lists failures, when the disk fills",
  ],
  "logs-reachable": [
    "operations",
    "what index and doctor print is kept where whoever is on call can read it",
  ],
  "runbook-read": [
    "operations",
    "whoever is on call has read docs/operations.md and knows where the library and its backups are",
  ],
};

export interface ReadinessInput {
  readonly context: Context;
  readonly version: string;
  readonly results: readonly Result[];
  readonly answers: Answers;
  readonly hoursPerDay: number | undefined;
  readonly measures: readonly Measure[] | undefined;
}

/**
 * Makes the checklist before production: it checks what a program can see, and lists the rest as
 * questions.
 */
export async function readiness(input: ReadinessInput): Promise<readonly Item[]> {
  return [
    ...codeItems(input),
    ...infrastructureItems(input),
    ...(await operationsItems(input)),
    ...(await dataItems(input)),
    ...asked(input.answers),
  ].toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
}

const readinessItem = (
  area: Area,
  name: string,
  status: ItemStatus,
  found: string,
  hint: string | null = null,
): Item => ({ area, item: name, status, found, hint });

function codeItems({ context, version }: ReadinessInput): Item[] {
  const { settings, sources } = context.config;
  const isCluster = settings.backend === "vast";
  const wanted = isCluster
    ? (["vastEndpoint", "accessKeyId", "secretAccessKey", "mediaBucket"] as const)
    : [];
  const unset = wanted.filter((name) => settings[name] === undefined);
  const local = (
    [
      ["VAST_ENDPOINT", settings.vastEndpoint],
      ["VAST_S3_ENDPOINT", settings.s3Endpoint],
    ] as const
  )
    .filter(([, url]) => url !== undefined && isLoopback(url))
    .map(([name]) => name);
  return [
    readinessItem("code", "version", "ok", `mediasearch ${version}, Node ${process.versions.node}`),
    unset.length === 0
      ? readinessItem(
          "code",
          "configuration",
          "ok",
          isCluster ? "complete" : "a local library needs none",
        )
      : readinessItem(
          "code",
          "configuration",
          "failed",
          `not set: ${unset.join(", ")}`,
          "mediasearch config",
        ),
    isCluster
      ? readinessItem(
          "code",
          "backend",
          local.length === 0 ? "ok" : "failed",
          local.length === 0 ? "the cluster" : `${local.join(", ")} points at this machine`,
          local.length === 0 ? null : `${local[0]}=https://CLUSTER`,
        )
      : readinessItem(
          "code",
          "backend",
          "warning",
          `a library on this machine (BACKEND from ${sources.backend.kind})`,
          "BACKEND=vast, when a team is to share it",
        ),
    settings.engine.includes("STUB")
      ? readinessItem("code", "recogniser", "failed", "STUB invents text", "ASR_ENGINE=local")
      : readinessItem("code", "recogniser", "ok", settings.engine),
  ];
}

function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function infrastructureItems({ context, results }: ReadinessInput): Item[] {
  const { settings, sources } = context.config;
  const bad = results.filter(({ status }) => status !== "ok");
  const checks =
    bad.length === 0
      ? [
          readinessItem(
            "infrastructure",
            "checks",
            "ok",
            `${results.length} checks of doctor are well`,
          ),
        ]
      : bad.map(({ check, status, found, hint }) =>
          readinessItem("infrastructure", check, status, found, hint ?? null),
        );
  if (settings.secretAccessKey === undefined)
    return [
      ...checks,
      readinessItem(
        "infrastructure",
        "credentials",
        "ok",
        settings.backend === "vast" ? "by a profile or role" : "none are needed",
      ),
    ];
  const { kind, from } = sources.secretAccessKey;
  const isFile = from.includes("_FILE") || kind === "user file" || kind === "project file";
  return [
    ...checks,
    isFile
      ? readinessItem("infrastructure", "credentials", "ok", `out of a file (${from})`)
      : readinessItem(
          "infrastructure",
          "credentials",
          "warning",
          `out of ${from}: every process of this user can read it`,
          "VAST_SECRET_ACCESS_KEY_FILE=/run/secrets/key, or AWS_PROFILE",
        ),
  ];
}

async function operationsItems({ context }: ReadinessInput): Promise<Item[]> {
  const { serveListen, serveTlsCert } = context.config.settings;
  const server = `${serveTlsCert === undefined ? "http" : "https"}://${serveListen}`;
  const status = await statusOf(`${server}/health/ready`);
  if (status === undefined)
    return [
      readinessItem(
        "operations",
        "metrics",
        "absent",
        `no server answers at ${server}; mediasearch status --json tells files, queue and jobs`,
        "mediasearch serve has /health/ready and /metrics; a monitor can run status every minute",
      ),
    ];
  return [
    status === 200
      ? readinessItem("operations", "metrics", "ok", `${server} is ready and has /metrics`)
      : readinessItem(
          "operations",
          "metrics",
          "failed",
          `${server}/health/ready answers ${status}`,
          "mediasearch doctor",
        ),
  ];
}

const SERVER_TIMEOUT_MS = 2000;

/** Whether a server of ours is there and ready; undefined when nothing answers. */
const statusOf = (url: string): Promise<number | undefined> =>
  fetch(url, { signal: AbortSignal.timeout(SERVER_TIMEOUT_MS), redirect: "manual" }).then(
    async ({ status, body }) => {
      await body?.cancel();
      return status;
    },
    () => undefined,
  );

const asked = (answers: Answers): Item[] =>
  Object.entries(QUESTIONS).map(([name, [area, question]]) => {
    const answer = answers[name];
    return answer
      ? readinessItem(
          area,
          name,
          "ok",
          `${question}: confirmed ${answer.at.slice(0, 10)}${answer.text ? `, ${answer.text}` : ""}`,
        )
      : readinessItem(
          area,
          name,
          "asked",
          question,
          `mediasearch doctor --readiness --confirm "${name}=who, and what was seen"`,
        );
  });

async function dataItems(input: ReadinessInput): Promise<Item[]> {
  return [...(await libraryItems(input)), performanceItem(input), capacityItem(input)];
}

/** Words that stand in the library must be found in it. */
async function libraryItems({ context }: ReadinessInput): Promise<Item[]> {
  let backend;
  try {
    backend = await context.openBackend(false);
  } catch (error) {
    const { code, message, hint } = toMediasearchError(error);
    return [
      code === "NO_STORE"
        ? readinessItem(
            "data",
            "library",
            "failed",
            "there is none yet",
            "mediasearch index FOLDER",
          )
        : readinessItem("data", "library", "failed", message, hint ?? "mediasearch doctor"),
    ];
  }
  try {
    const { current, newest } = backend.schema();
    const schema =
      current === newest
        ? readinessItem("data", "schema", "ok", `${current}`)
        : readinessItem(
            "data",
            "schema",
            "failed",
            `${current}, newest ${newest}`,
            "mediasearch migrate",
          );
    for await (const { id, state } of backend.library.catalog.list()) {
      if (state !== "indexed") continue;
      for await (const { text } of backend.library.versions.read(id)) {
        const terms = queryTerms(text);
        if (terms.length === 0) continue;
        const hits = await backend.library.searchIndex.searchText({ terms }, {}, 20);
        const isFound = hits.some((hit) => hit.asset === id);
        return [
          schema,
          isFound
            ? readinessItem("data", "search", "ok", "words of an indexed file are found in it")
            : readinessItem(
                "data",
                "search",
                "failed",
                `${id}: its own words do not find it`,
                "mediasearch doctor --deep",
              ),
        ];
      }
    }
    return [
      schema,
      readinessItem(
        "data",
        "search",
        "failed",
        "nothing is indexed yet",
        "mediasearch index FOLDER",
      ),
    ];
  } finally {
    await backend.close();
  }
}

/** A machine may be half as fast as the published one before it is worth a look. */
const SPEED_TOLERANCE = 0.5;

function performanceItem({ measures }: ReadinessInput): Item {
  if (!measures)
    return readinessItem(
      "data",
      "performance",
      "asked",
      "not measured on this machine",
      "mediasearch doctor --readiness --perf",
    );
  const slow = measures.filter(({ value, published, isMoreBetter }) =>
    isMoreBetter ? value < published * SPEED_TOLERANCE : value > published / SPEED_TOLERANCE,
  );
  return slow.length === 0
    ? readinessItem(
        "data",
        "performance",
        "ok",
        `${measures.length} figures, none less than half of the published`,
      )
    : readinessItem(
        "data",
        "performance",
        "warning",
        slow
          .map(
            ({ name, value, unit, published }) =>
              `${name}: ${value} ${unit}, published ${published}`,
          )
          .join("; "),
        "see what else this machine does, and bench/README.md",
      );
}

function capacityItem({ context, hoursPerDay, measures }: ReadinessInput): Item {
  const recognise = measures?.find(({ name }) => name === "recognise");
  if (hoursPerDay === undefined || !recognise)
    return readinessItem(
      "data",
      "capacity",
      "asked",
      "how many hours of audio come in a day",
      "mediasearch doctor --readiness --perf --hours-per-day 200",
    );
  const { jobs } = context.config.settings;
  const perDay = recognise.value * 24 * jobs;
  const finding = `${hoursPerDay} h a day, of ${perDay.toFixed(0)} h that ${jobs} jobs recognise at ${recognise.value} × real time`;
  if (hoursPerDay > perDay)
    return readinessItem(
      "data",
      "capacity",
      "failed",
      finding,
      "more machines (BACKEND=vast shares the work), or more cores and JOB_CONCURRENCY",
    );
  return hoursPerDay > perDay / 2
    ? readinessItem(
        "data",
        "capacity",
        "warning",
        `${finding}: little is left for a backlog`,
        "more machines, or more cores and JOB_CONCURRENCY",
      )
    : readinessItem("data", "capacity", "ok", finding);
}
