import { retry } from "../../../retry.ts";
import type { Client, Session, Transaction } from "./client.ts";
import { faultOf, isConflict, isMissing } from "./faults.ts";
import { BACKOFF } from "./transport.ts";

export interface TransactOptions {
  /**
   * Whether an earlier attempt of the same work is in the data; asked when the answer to its commit
   * was lost.
   */
  readonly wasCommitted?: ((session: Session) => Promise<boolean>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * How long to go on trying, milliseconds; else a minute after conflicts, the connection's
   * time-out after everything else.
   */
  readonly budgetMs?: number | undefined;
}

/** Conflicts show that the cluster is there and busy: it is worth waiting. */
const CONFLICTS_MS = 60_000;

/**
 * Work in one transaction: committed when it resolves, rolled back when it rejects. Run again from
 * the start, in a new one, after a conflict with another transaction and after a connection that
 * broke before the commit; it must do nothing else that can't be done twice.
 */
export async function transact<T>(
  client: Pick<Client, "begin" | "timeoutMs">,
  work: (session: Transaction) => Promise<T>,
  options: TransactOptions = {},
): Promise<T> {
  try {
    return await retry(
      () => runOnce(client, work, options),
      (error) =>
        error instanceof Lapsed || mayRunAgain(error)
          ? { budgetMs: options.budgetMs ?? (isConflict(error) ? CONFLICTS_MS : client.timeoutMs) }
          : undefined,
      { ...BACKOFF, signal: options.signal },
    );
  } catch (error) {
    throw error instanceof Lapsed ? error.cause : error;
  }
}

/** A broken connection inside a transaction: nothing of it was committed. */
function mayRunAgain(error: unknown): boolean {
  const fault = faultOf(error);
  if (!fault) return false;
  return (
    isConflict(error) ||
    fault.status === 503 ||
    (fault.status === 0 && !/CERT|SIGNATURE|ALTNAME|ENOTFOUND/.test(fault.code))
  );
}

/**
 * What failed did so because the transaction was gone: 404, as for a missing table. `cause` is what
 * was said.
 */
class Lapsed extends Error {}

async function runOnce<T>(
  client: Pick<Client, "begin">,
  work: (session: Transaction) => Promise<T>,
  { wasCommitted }: TransactOptions,
): Promise<T> {
  const transaction = await client.begin();
  try {
    const result = await work(transaction);
    await transaction.commit(wasCommitted);
    return result;
  } catch (error) {
    if (isMissing(error) && !(await transaction.isOpen()))
      throw new Lapsed("the transaction has lapsed", { cause: error });
    await transaction.rollback();
    throw error;
  }
}
