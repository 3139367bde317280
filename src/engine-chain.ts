import type { EngineName } from "./types.ts";

/** Recognisers to try in order, each once: a later one takes over what an earlier one can't do. */
export type EngineChain = readonly EngineName[];

/** The text of a chain as settings, jobs and fingerprints have it, such as `NVIDIA_NIMS,local`. */
export const formatEngineChain = (chain: EngineChain): string => chain.join(",");

/** Reads what `formatEngineChain` wrote. What users write is checked first, in config. */
export const parseEngineChain = (text: string): EngineChain => text.split(",") as EngineName[];
