import type { ResultPage } from "../../results/search-result.ts";
import type { FilterRequest } from "../requests.ts";
import { searchLibrary, type SearchSource } from "../search/search.ts";
import { type CitedAnswer, readAnswer } from "./cited-answer.ts";
import { type ChatMessage, chatMessages } from "./prompt.ts";

export interface AskRequest extends FilterRequest {
  readonly question: string;
  /** How many moments are gathered. */
  readonly limit: number;
}

export interface Asked {
  /** The best moments, each with a line before and after it. */
  readonly page: ResultPage;
  /** What was written of them; undefined where nobody was asked, or there is no moment. */
  readonly answer: CitedAnswer | undefined;
}

const LINES_AROUND = 1;

/**
 * Gathers the best moments for a question.
 * @param write has an answer written of them; left out, the moments are all there is.
 * @throws what a search and `write` throw.
 */
export async function askLibrary(
  source: SearchSource,
  { question, ...request }: AskRequest,
  write?: (messages: readonly ChatMessage[]) => Promise<string>,
): Promise<Asked> {
  const { page } = await searchLibrary(source, {
    ...request,
    query: question,
    context: LINES_AROUND,
  });
  const { results } = page;
  if (!write || results.length === 0) return { page, answer: undefined };
  const answer = await write(chatMessages(question, results));
  return { page, answer: readAnswer(answer, results.length) };
}
