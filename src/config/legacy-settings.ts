import { SETTINGS } from "./settings.ts";

/**
 * Names that other programs use too are answered where configuration is shown, and never in
 * passing.
 */
interface Retired {
  readonly names: readonly string[];
  readonly answer: string;
  readonly isCommon?: true;
}

/** Settings of ssotoa70/mediasearch that nothing reads any more, with what took their place. */
const RETIRED: readonly Retired[] = [
  {
    names: ["VAST_SIDECAR_URL", "VAST_SIDECAR_PORT"],
    answer: "there is no sidecar: VAST_ENDPOINT is spoken to directly",
  },
  { names: ["VAST_DEBUG"], answer: "MEDIASEARCH_DEBUG=1" },
  {
    names: ["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"],
    answer: "the library is one file: MEDIASEARCH_STORE",
    isCommon: true,
  },
  {
    names: ["REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB"],
    answer: "the queue is part of the library: mediasearch jobs",
    isCommon: true,
  },
  {
    names: ["MINIO_ENDPOINT"],
    answer: "VAST_S3_ENDPOINT, with http:// or https:// before it",
    isCommon: true,
  },
  { names: ["MINIO_USE_SSL"], answer: "https:// in VAST_S3_ENDPOINT", isCommon: true },
  { names: ["MINIO_ACCESS_KEY"], answer: "VAST_ACCESS_KEY_ID", isCommon: true },
  { names: ["MINIO_SECRET_KEY"], answer: "VAST_SECRET_ACCESS_KEY", isCommon: true },
  { names: ["MINIO_REGION"], answer: "VAST_REGION", isCommon: true },
  { names: ["ASR_PREFER_GPU"], answer: "the recogniser runs on the CPU" },
  {
    names: ["ASR_COMPUTE_THRESHOLD_SECONDS"],
    answer: "recordings of any length are read as a stream",
  },
  { names: ["EMBEDDING_USE_STUB"], answer: "EMBEDDING_MODEL=stub" },
  {
    names: ["DLQ_PROCESSING_INTERVAL_MS"],
    answer: "failures wait in mediasearch jobs, and are tried again by BASE_RETRY_DELAY_MS",
  },
  {
    names: ["SEMANTIC_SEARCH_ENABLED", "HYBRID_SEARCH_ENABLED"],
    answer: "mediasearch search --mode keyword, semantic or hybrid",
  },
  { names: ["SEARCH_DEFAULT_LIMIT", "SEARCH_MAX_LIMIT"], answer: "mediasearch search --limit" },
  {
    names: ["HYBRID_KEYWORD_WEIGHT", "HYBRID_SEMANTIC_WEIGHT"],
    answer: "results are joined by rank; mediasearch search --mode chooses one list",
  },
  {
    names: ["INGEST", "SEARCH_API", "TRIAGE", "ORCHESTRATOR"]
      .flatMap((service) => [`${service}_PORT`, `${service}_HOST`])
      .concat("SEARCH_PORT"),
    answer: "there are no services: mediasearch ingest, index, search and jobs",
  },
  { names: ["NODE_ENV", "PORT"], answer: "nothing depends on it", isCommon: true },
  {
    names: ["LOG_LEVEL", "LOG_FORMAT"],
    answer: "--json prints events for programs; MEDIASEARCH_DEBUG=1 says more",
    isCommon: true,
  },
  {
    names: ["PROMETHEUS_ENABLED", "METRICS_PORT"],
    answer: "mediasearch status --json",
    isCommon: true,
  },
];

export interface Replaced {
  readonly name: string;
  readonly answer: string;
  /** Worth a word on stderr in every run. */
  readonly isTold: boolean;
}

/** Which of these variables the predecessor read and this program does not, in their order. */
export function replacedNames(variables: Iterable<string>): Replaced[] {
  const isKnown = (name: string): boolean =>
    Object.values(SETTINGS).some(({ env, alsoEnv }) => env === name || alsoEnv?.includes(name));
  return [...variables].flatMap((name) => {
    const found = RETIRED.find(({ names }) => names.includes(name));
    if (found === undefined || isKnown(name)) return [];
    return [{ name, answer: found.answer, isTold: found.isCommon !== true }];
  });
}
