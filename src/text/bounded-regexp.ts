import type { Context, Script } from "node:vm";
import { MediasearchError } from "../errors.ts";

/** A part of a text, as UTF-16 offsets. */
export type TextSpan = readonly [start: number, end: number];

/** Spans of one text that are looked for: more are not shown. */
const MAX_SPANS = 100;

const LOOK_THROUGH = `
  spans = texts.map((text) => {
    const found = [];
    expression.lastIndex = 0;
    for (let match; found.length < ${MAX_SPANS} && (match = expression.exec(text)) !== null;) {
      found.push([match.index, match.index + match[0].length]);
      if (match[0] === "") expression.lastIndex++;
    }
    return found;
  });
`;

interface Sandbox extends Context {
  expression: RegExp;
  texts: readonly string[];
  spans: readonly (readonly TextSpan[])[];
}

let opened: { readonly script: Script; readonly sandbox: Sandbox } | undefined;

/** Loaded by the first query that has a pattern: no other one needs it. */
function openSandbox(): NonNullable<typeof opened> {
  const { createContext, Script } = process.getBuiltinModule("node:vm");
  const sandbox = createContext({}) as Sandbox;
  return { script: new Script(LOOK_THROUGH), sandbox };
}

/**
 * Finds where an expression (with the flag `g`) is in each text. What V8 does for some expressions
 * grows without measure with the length of a text (`(a+)+$`); its own time limit ends that, and
 * nothing else can.
 * @throws TIMED_OUT after `mostMs`.
 */
export function runRegExp(
  expression: RegExp,
  texts: readonly string[],
  mostMs: number,
): readonly (readonly TextSpan[])[] {
  const { script, sandbox } = (opened ??= openSandbox());
  Object.assign(sandbox, { expression, texts });
  try {
    script.runInContext(sandbox, { timeout: Math.max(1, Math.ceil(mostMs)) });
    return sandbox.spans;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw patternTimeout(expression.source);
    throw error;
  } finally {
    Object.assign(sandbox, { texts: [], spans: [] });
  }
}

/** A pattern took more time than one search may. */
export const patternTimeout = (pattern: string): MediasearchError =>
  new MediasearchError("TIMED_OUT", `the search for ${pattern} took too long and was stopped`, {
    subject: pattern,
    hint: "write a simpler pattern, or one that begins with letters: bud?et, budg*",
  });
