/** No list of chapters takes more; what claims more is damaged. */
export const MAX_BYTES = 2_000_000;
export const MAX_CHAPTERS = 2000;
/** What is looked through for boxes and elements, one beside the other. */
export const MAX_SIBLINGS = 200;
export const UNKNOWN_END = Number.POSITIVE_INFINITY;
