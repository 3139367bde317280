import type { Outcome, CheckStep } from "../check.ts";
import { type ErrorCode, MediasearchError, toMediasearchError } from "../errors.ts";

export interface Result extends Outcome {
  readonly check: string;
  readonly group: string;
  readonly tried: string;
  readonly code: ErrorCode;
  readonly ms: number;
}

const STEP_TIMEOUT_MS = 10_000;

/**
 * Runs chains of steps side by side. Steps of one chain build on each other: the first that fails
 * ends the chain, so that the report names the cause and not what follows from it. Every step ends
 * by its time-out. Chains that block the event loop come after all others, one by one: while they
 * do, time-outs of others would pass.
 */
export async function runChains(
  chains: readonly (readonly CheckStep[])[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results = new Map<readonly CheckStep[], readonly Result[]>();
  const run = async (chain: readonly CheckStep[]): Promise<unknown> =>
    results.set(chain, await runChain(chain, signal));
  const isBlocking = (chain: readonly CheckStep[]): boolean =>
    chain.some(({ blocksOthers }) => blocksOthers === true);
  await Promise.all(chains.filter((chain) => !isBlocking(chain)).map(run));
  for (const chain of chains.filter(isBlocking)) await run(chain);
  return chains.flatMap((chain) => results.get(chain) ?? []);
}

async function runChain(
  chain: readonly CheckStep[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const step of chain) {
    signal.throwIfAborted();
    const found = await runStep(step, signal);
    results.push(...found);
    if (found.some(({ status }) => status === "failed")) break;
  }
  return results;
}

async function runStep(
  { check, group, tried, code, timeoutMs = STEP_TIMEOUT_MS, run }: CheckStep,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const startedAt = performance.now();
  const late = AbortSignal.timeout(timeoutMs);
  const timedOut = new Promise<never>((_, reject) => {
    late.addEventListener(
      "abort",
      () => reject(new MediasearchError(code, `no answer in ${timeoutMs / 1000} s`)),
      { once: true },
    );
  });
  const outcome = await Promise.race([run(AbortSignal.any([signal, late])), timedOut]).catch(
    (error: unknown): Outcome => {
      if (late.aborted && !signal.aborted)
        return { status: "failed", found: `no answer in ${timeoutMs / 1000} s`, code };
      const ours = toMediasearchError(error);
      return {
        status: "failed",
        found: ours.message,
        hint: ours.hint,
        code: ours.code === "BUG" ? code : ours.code,
      };
    },
  );
  const ms = Math.round(performance.now() - startedAt);
  const outcomes: readonly Outcome[] = "status" in outcome ? [outcome] : outcome;
  return outcomes.map((one) => ({ check, group, tried, ms, ...one, code: one.code ?? code }));
}
