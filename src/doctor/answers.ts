import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { writeWholeSync } from "../unfinished.ts";
import { type Answers, QUESTIONS } from "./readiness.ts";

/** The file lies beside the library, because the answers are about that library. */
const answersPath = (store: string): string => join(dirname(store), "readiness.json");

export function readAnswers(store: string): Answers {
  try {
    return JSON.parse(readFileSync(answersPath(store), "utf8")) as Answers;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new MediasearchError("IO_FAILED", `${answersPath(store)}: can't be read`, {
      subject: answersPath(store),
      hint: "remove it; what was confirmed is asked again",
      cause: error,
    });
  }
}

/** Keeps each answer, given as `item=text`, with the time. */
export function confirm(store: string, given: readonly string[]): Answers {
  const answers: Record<string, { text: string; at: string }> = { ...readAnswers(store) };
  for (const one of given) {
    const [name = "", ...text] = one.split("=");
    if (!Object.hasOwn(QUESTIONS, name))
      throw new MediasearchError("USAGE", `--confirm: nothing is asked by the name ${name}`, {
        subject: name,
        hint: `one of ${Object.keys(QUESTIONS).join(", ")}`,
      });
    answers[name] = { text: text.join("=").trim(), at: new Date().toISOString() };
  }
  if (given.length > 0) {
    mkdirSync(dirname(store), { recursive: true, mode: 0o700 });
    writeWholeSync(answersPath(store), `${JSON.stringify(answers, null, 1)}\n`, 0o600);
  }
  return answers;
}
