import { join } from "node:path";
import { cacheFolder } from "../../config/folders.ts";
import {
  address,
  bucket,
  parseInteger,
  parseChoice,
  path,
  type SettingTable,
} from "../../config/setting.ts";

/** A VAST cluster. Its keys, region and authority are those of the object store. */
export interface VastSettings {
  readonly vastEndpoint: string | undefined;
  readonly databaseBucket: string;
  readonly databaseSchema: string;
  readonly vastTimeoutMs: number;
  readonly replicaFolder: string;
  readonly replicaMaxAgeMs: number;
  readonly replicaMaxSegments: number;
  readonly searchOn: "auto" | "replica" | "cluster";
  readonly fallback: "none" | "local";
}

/** A copy of so many takes about 12 GB and six minutes of processor time (docs/vast.md). */
export const DEFAULT_MAX_SEGMENTS = 5_000_000;

export const VAST_SETTINGS: SettingTable<VastSettings> = {
  vastEndpoint: {
    env: "VAST_ENDPOINT",
    help: "address of VAST DataBase",
    parse: address,
    fallback: () => undefined,
    fallbackText: "none",
  },
  databaseBucket: {
    env: "VAST_DATABASE_BUCKET",
    help: "bucket of VAST DataBase that holds the library",
    parse: bucket,
    fallback: () => "mediasearch-db",
    fallbackText: "mediasearch-db",
  },
  databaseSchema: {
    env: "VAST_DATABASE_SCHEMA",
    help: "schema in that bucket",
    parse: (text) => text.trim(),
    fallback: () => "mediasearch",
    fallbackText: "mediasearch",
  },
  vastTimeoutMs: {
    env: "VAST_TIMEOUT_MS",
    help: "how long to wait for an answer of the cluster, with all attempts, in milliseconds",
    parse: parseInteger(100, 3_600_000),
    fallback: () => 30_000,
    fallbackText: "30000",
    inProjectFile: "always",
    mostInProjectFile: () => 300_000,
  },
  replicaFolder: {
    env: "REPLICA_FOLDER",
    help: "where this machine keeps its copy of a cluster's library, which answers its searches",
    parse: path,
    fallback: () => join(cacheFolder(), "replica"),
    fallbackText: "replica in the user's cache folder",
  },
  replicaMaxAgeMs: {
    env: "REPLICA_MAX_AGE_MS",
    help: "update a copy that is older than this before it answers, in milliseconds",
    parse: parseInteger(0, 31_536_000_000),
    fallback: () => 60_000,
    fallbackText: "60000",
    inProjectFile: "always",
  },
  replicaMaxSegments: {
    env: "REPLICA_MAX_SEGMENTS",
    help: "the largest library that SEARCH_ON=auto copies to this machine, in segments (about 2.5 KB each)",
    parse: parseInteger(0, Number.MAX_SAFE_INTEGER),
    fallback: () => DEFAULT_MAX_SEGMENTS,
    fallbackText: String(DEFAULT_MAX_SEGMENTS),
    inProjectFile: "always",
    mostInProjectFile: () => DEFAULT_MAX_SEGMENTS,
  },
  searchOn: {
    env: "SEARCH_ON",
    help: "where searches of a cluster's library are answered: replica (this machine's copy), cluster (by SQL), or auto (the copy, unless the library is too large)",
    parse: parseChoice("auto", "replica", "cluster"),
    fallback: () => "auto",
    fallbackText: "auto",
    inProjectFile: "always",
  },
  fallback: {
    env: "FALLBACK",
    help: "when the cluster is away: none stops indexing; local goes on in a file on this machine and hands it over later",
    parse: parseChoice("none", "local"),
    fallback: () => "none",
    fallbackText: "none",
    inProjectFile: "always",
  },
};

export type LibraryPlace = Pick<VastSettings, "vastEndpoint" | "databaseBucket" | "databaseSchema">;

/** The name of the library, for messages. */
export const vastLibraryUrl = ({
  vastEndpoint,
  databaseBucket,
  databaseSchema,
}: LibraryPlace): string => `${vastEndpoint ?? "?"}/${databaseBucket}/${databaseSchema}`;
