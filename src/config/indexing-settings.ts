import { availableParallelism, freemem } from "node:os";
import { parseInteger, type SettingTable, yesNo } from "./setting.ts";

export interface IndexingSettings {
  readonly jobs: number;
  readonly jobTimeoutMs: number;
  readonly maxAttempts: number;
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  readonly workerMemoryMb: number;
  readonly mainMemoryMb: number;
  readonly mainTimeoutMs: number;
  readonly stableMs: number;
  readonly linksPrivate: boolean;
  readonly feedPollMs: number;
}

/**
 * One recogniser needs about 600 MB at its peak, so memory bounds the default as well as cores: the
 * machine's, or what a container may have.
 */
const defaultJobs = (): number =>
  Math.max(
    1,
    Math.min(
      availableParallelism(),
      Math.floor(Math.min(freemem(), process.availableMemory()) / 800_000_000),
      16,
    ),
  );

export const INDEXING_SETTINGS: SettingTable<IndexingSettings> = {
  jobs: {
    flag: "jobs",
    env: "JOB_CONCURRENCY",
    help: "files worked on at once, each in a process of its own",
    parse: parseInteger(1, 256),
    fallback: defaultJobs,
    fallbackText: "by cores and free memory",
    inProjectFile: "always",
    mostInProjectFile: () => 16,
  },
  jobTimeoutMs: {
    env: "JOB_TIMEOUT_MS",
    help: "give up a file that makes no progress for this long, in milliseconds",
    parse: parseInteger(100, 86_400_000),
    fallback: () => 600_000,
    fallbackText: "600000",
    inProjectFile: "always",
    mostInProjectFile: () => 3_600_000,
  },
  maxAttempts: {
    env: "MAX_RETRY_ATTEMPTS",
    help: "attempts at a file whose failure may pass (crash, time-out, disk)",
    parse: parseInteger(1, 100),
    fallback: () => 5,
    fallbackText: "5",
    inProjectFile: "always",
    mostInProjectFile: () => 10,
  },
  baseRetryDelayMs: {
    env: "BASE_RETRY_DELAY_MS",
    alsoEnv: ["RETRY_BACKOFF_BASE_MS"],
    help: "longest wait before the second attempt; doubled for each further one",
    parse: parseInteger(0, 86_400_000),
    fallback: () => 1000,
    fallbackText: "1000",
    inProjectFile: "always",
    mostInProjectFile: () => 3_600_000,
  },
  maxRetryDelayMs: {
    env: "MAX_RETRY_DELAY_MS",
    help: "longest wait before any attempt",
    parse: parseInteger(0, 86_400_000),
    fallback: () => 300_000,
    fallbackText: "300000",
    inProjectFile: "always",
    mostInProjectFile: () => 3_600_000,
  },
  workerMemoryMb: {
    env: "WORKER_MEMORY_MB",
    help: "give up a file whose worker needs more memory than this, in megabytes",
    parse: parseInteger(200, 1_000_000),
    fallback: () => 2000,
    fallbackText: "2000",
    inProjectFile: "always",
    mostInProjectFile: () => 4000,
  },
  mainMemoryMb: {
    env: "MAIN_MEMORY_MB",
    help: "end index, mcp and serve when their own process needs more memory than this, in megabytes",
    parse: parseInteger(200, 1_000_000),
    fallback: () => 3000,
    fallbackText: "3000",
  },
  mainTimeoutMs: {
    env: "MAIN_TIMEOUT_MS",
    help: "end index, mcp and serve when their own process does one thing for so long and hears nothing meanwhile, in milliseconds",
    parse: parseInteger(1000, 86_400_000),
    fallback: () => 300_000,
    fallbackText: "300000",
  },
  stableMs: {
    env: "WATCH_STABLE_MS",
    help: "with --watch, wait until a file has not changed for this long, in milliseconds",
    parse: parseInteger(0, 3_600_000),
    fallback: () => 2000,
    fallbackText: "2000",
    inProjectFile: "always",
    mostInProjectFile: () => 600_000,
  },
  linksPrivate: {
    env: "LINKS_PRIVATE",
    help: "read links (https://…) that lead to this machine or its network too",
    parse: yesNo,
    fallback: () => false,
    fallbackText: "false",
  },
  feedPollMs: {
    env: "FEED_POLL_MS",
    help: "with --watch, how often a podcast's feed is looked at, in milliseconds",
    parse: parseInteger(100, 86_400_000),
    fallback: () => 900_000,
    fallbackText: "900000",
  },
};
