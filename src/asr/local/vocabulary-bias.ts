/** Tokens that follow one another in a term. */
interface TrieNode {
  readonly next: Map<number, TrieNode>;
}

/**
 * How much likelier the user's terms are made, as logarithms of odds: their first token a little,
 * so that nothing else becomes a term; what goes on with a term much. On the open set fifty terms
 * that nobody says changed nothing (5.3 %); with 1 and 4 they made it 5.6 %, with 2 and 4 6.1 %.
 */
const START_BONUS = 0.5;
const CONTINUE_BONUS = 4;

/** Follows the decoding of one stretch of speech. */
export interface BiasState {
  /** Bonuses by token, for the next one. */
  readonly bonuses: () => ReadonlyMap<number, number>;
  readonly take: (token: number) => void;
}

/** Begins a stretch of speech. */
export type VocabularyBias = () => BiasState;

/** Shallow fusion with a list of terms, each as its tokens. */
export function createBias(terms: readonly (readonly number[])[]): VocabularyBias {
  const root: TrieNode = { next: new Map() };
  for (const term of terms) {
    let node = root;
    for (const token of term) {
      const child = node.next.get(token) ?? { next: new Map() };
      node.next.set(token, child);
      node = child;
    }
  }
  const atStart = new Map([...root.next.keys()].map((token) => [token, START_BONUS]));
  return () => {
    let begun: readonly TrieNode[] = [];
    return {
      bonuses() {
        if (begun.length === 0) return atStart;
        const all = new Map(atStart);
        for (const { next } of begun)
          for (const token of next.keys()) all.set(token, CONTINUE_BONUS);
        return all;
      },
      take(token) {
        begun = [...begun, root].flatMap(({ next }) => next.get(token) ?? []);
      },
    };
  };
}
