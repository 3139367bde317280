import type { MediasearchError } from "../../errors.ts";
import type { Client } from "./wire/client.ts";

/**
 * Stands for the connection to a cluster that did not answer: every call rejects with what
 * connecting rejected with.
 */
export function unreachableClient(endpoint: string, error: MediasearchError): Client {
  const reject = async (): Promise<never> => {
    throw error;
  };
  // Without time to spend nobody tries again.
  const facts = { endpoint, timeoutMs: 0, supports: () => false };
  return {
    ...facts,
    version: [0, 0, 0, 0],
    session: { client: facts, txid: "0", send: reject, open: reject },
    begin: reject,
    bucketExists: reject,
    close() {},
  };
}
