import { useEffect, useState } from "preact/hooks";
import { ApiError, type Problem, read } from "./api.ts";

export interface Answer<T> {
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
}

const asProblem = (error: unknown): Problem =>
  error instanceof ApiError
    ? error.problem
    : {
        type: "about:blank",
        title: "No answer",
        status: 0,
        detail: "The server does not answer.",
        code: "UNREACHABLE",
        hint: null,
        requestId: "",
      };

/**
 * Reads an address of the API, anew when the address or `version` changes. The last value stays
 * until the next one is there. undefined reads nothing.
 */
export function useCall<T>(path: string | undefined, version: number | string = 0): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({
    value: undefined,
    problem: undefined,
    isLoading: path !== undefined,
  });
  useEffect(() => {
    if (path === undefined) {
      setAnswer({ value: undefined, problem: undefined, isLoading: false });
      return undefined;
    }
    const stop = new AbortController();
    setAnswer((last) => ({ ...last, isLoading: true }));
    read<T>(path, stop.signal).then(
      (value) => setAnswer({ value, problem: undefined, isLoading: false }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        setAnswer({ value: undefined, problem: asProblem(error), isLoading: false });
      },
    );
    return () => stop.abort();
  }, [path, version]);
  return answer;
}
