import {
  assets,
  editable,
  file,
  files,
  history,
  locate,
  transcript,
  transcriptText,
} from "./files.ts";
import { collections, counts, facets, failedFiles, speakers, suggest } from "./overview.ts";
import { search } from "./search.ts";
import { searchInStages } from "./stages.ts";

/** Every way in which a thread reads the library. Arguments and answers are plain data. */
export const OPERATIONS = {
  search,
  searchInStages,
  files,
  file,
  transcript,
  transcriptText,
  locate,
  assets,
  editable,
  history,
  facets,
  suggest,
  speakers,
  failedFiles,
  counts,
  collections,
} as const;

export type Operations = typeof OPERATIONS;
export type OperationName = keyof Operations;
export type OperationArgs<K extends OperationName> = Parameters<Operations[K]>[1];
export type OperationAnswer<K extends OperationName> = Awaited<ReturnType<Operations[K]>>;
