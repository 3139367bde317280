/** What a decoder made of a stretch of audio; the arrays are as long as the text with its end. */
export interface Hypothesis {
  readonly tokens: readonly number[];
  /** The probability of each token, 0..1. */
  readonly probabilities: readonly number[];
}

/** A greedy decoding, with the second best token of each step. */
export interface GreedyHypothesis extends Hypothesis {
  readonly rivals: readonly number[];
  readonly rivalProbabilities: readonly number[];
}

/** Decodes on greedily after one more token, for so many steps at most or until the end. */
export type Continuation = (
  token: number,
  steps: number,
) => Promise<Hypothesis & { readonly isAtEnd: boolean }>;

/** Rivals that are less likely, by themselves or beside the winner, hardly ever turn out right. */
const MIN_PROBABILITY = 0.15;
const MIN_RATIO = 0.5;
const MAX_RIVALS = 3;
/** Most other texts differ in a word or two, and then go on as the first one. */
const BLOCK = 6;
const AGREEMENT = 5;
const MAX_SHIFT = 4;

/**
 * Greedy decoding can't take a token back. Where the second best was nearly as likely, the text is
 * decoded once more with that one, at the weakest places, each by itself. The likeliest text is
 * taken.
 * @param after what goes on after the first so many tokens of the greedy text.
 */
export async function reconsider(
  greedy: GreedyHypothesis,
  after: (position: number) => Continuation,
  limit: number,
): Promise<Hypothesis> {
  let best: Hypothesis = greedy;
  for (const position of weakPlaces(greedy)) {
    const other = await decodeRival(greedy, position, after(position), limit);
    if (logProbability(other) > logProbability(best)) best = other;
  }
  return best;
}

function weakPlaces({ probabilities, rivalProbabilities }: GreedyHypothesis): readonly number[] {
  const ratioAt = (position: number): number =>
    (rivalProbabilities[position] ?? 0) / (probabilities[position] ?? 1);
  return [...probabilities.keys()]
    .filter(
      (position) =>
        (rivalProbabilities[position] ?? 0) >= MIN_PROBABILITY && ratioAt(position) >= MIN_RATIO,
    )
    .toSorted((a, b) => ratioAt(b) - ratioAt(a))
    .slice(0, MAX_RIVALS);
}

async function decodeRival(
  greedy: GreedyHypothesis,
  position: number,
  goOn: Continuation,
  limit: number,
): Promise<Hypothesis> {
  const tokens = [...greedy.tokens.slice(0, position), greedy.rivals[position] ?? 0];
  const probabilities = [
    ...greedy.probabilities.slice(0, position),
    greedy.rivalProbabilities[position] ?? 0,
  ];
  while (tokens.length < limit) {
    const more = await goOn(tokens.at(-1) ?? 0, Math.min(BLOCK, limit - tokens.length));
    tokens.push(...more.tokens);
    probabilities.push(...more.probabilities);
    if (more.isAtEnd) break;
    const rest = restOf(greedy.tokens, tokens, position);
    if (rest === undefined) continue;
    tokens.push(...greedy.tokens.slice(rest));
    probabilities.push(...greedy.probabilities.slice(rest));
    break;
  }
  return { tokens, probabilities };
}

/** Where the greedy text goes on as this one does, since both said the same last. */
function restOf(
  greedy: readonly number[],
  tokens: readonly number[],
  position: number,
): number | undefined {
  if (tokens.length - position <= AGREEMENT) return undefined;
  for (let shift = 0; shift <= MAX_SHIFT; shift++)
    for (const rest of [tokens.length - shift, tokens.length + shift])
      if (
        rest - position > AGREEMENT &&
        rest <= greedy.length &&
        tokens.slice(-AGREEMENT).every((token, i) => token === greedy[rest - AGREEMENT + i])
      )
        return rest;
  return undefined;
}

const logProbability = ({ probabilities }: Hypothesis): number =>
  probabilities.reduce((sum, one) => sum + Math.log(Math.max(one, Number.MIN_VALUE)), 0);
