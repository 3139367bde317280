import { MediasearchError } from "../../../errors.ts";
import { faultOf, isMissing } from "./faults.ts";
import {
  type Call,
  createTransport,
  type ClusterReply,
  type Transport,
  type TransportOptions,
} from "./transport.ts";
import { type Feature, parseVersion, supports, type Version } from "./version.ts";

export interface ConnectOptions extends TransportOptions {
  /** How the cluster's logs name this client. */
  readonly clientName?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the first call may take and be tried again; the same as the others' unless given.
   * Milliseconds.
   */
  readonly connectMs?: number | undefined;
}

/**
 * A connection to one cluster. Calls outside a transaction go under transaction "0", which commits
 * each by itself.
 */
export interface Client {
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly version: Version;
  supports(feature: Feature): boolean;
  readonly session: Session;
  begin(): Promise<Transaction>;
  /** Resolves to whether the bucket exists and the key may see it. */
  bucketExists(bucket: string): Promise<boolean>;
  close(): void;
}

/**
 * What calls are made in: a transaction, or none. `txid` is a decimal of up to 64 bits: a string,
 * because it exceeds what a number holds.
 */
export interface Session {
  readonly client: Pick<Client, "endpoint" | "supports" | "timeoutMs">;
  readonly txid: string;
  send(call: TabularCall): Promise<ClusterReply>;
  open(
    call: TabularCall,
  ): Promise<{ readonly headers: ClusterReply["headers"]; readonly body: AsyncIterable<Buffer> }>;
}

export type TabularCall = Omit<Call, "headers"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

export interface Transaction extends Session {
  /**
   * Makes what was done visible, all at once. When its answer is lost the transaction is asked for:
   * rolled back now, it was not committed;
   * gone, `wasCommitted` looks at the data. Rejects with what was wrong when it was not, with
   * UNREACHABLE when nobody can tell.
   */
  commit(wasCommitted?: (session: Session) => Promise<boolean>): Promise<void>;
  /**
   * Undoes everything. A transaction that the server does not know any more counts as rolled back.
   * So does one whose server does not answer, because it lapses there.
   */
  rollback(): Promise<void>;
  /**
   * Resolves to whether the server still knows the transaction. One that was idle for too long
   * lapses.
   */
  isOpen(): Promise<boolean>;
}

const TRANSACTION_KEEP_ALIVE_MS = 60_000;
const ROLLBACK_MS = 2000;

/**
 * One signed probe, which tells the version: bad keys, other servers and unknown releases show
 * here.
 */
export async function connectClient(options: ConnectOptions): Promise<Client> {
  const transport = await createTransport(options);
  try {
    const probe = await transport.send({
      method: "GET",
      path: [],
      op: "transaction",
      headers: { "tabular-get-vast-version": "true" },
      repeatable: true,
      signal: options.signal,
      timeoutMs: options.connectMs,
      retryMs: options.connectMs,
    });
    return createClient(
      transport,
      parseVersion(probe.headers["server"], options.endpoint),
      options,
    );
  } catch (error) {
    transport.close();
    throw error;
  }
}

function createClient(
  transport: Transport,
  version: Version,
  { clientName = "mediasearch", signal }: ConnectOptions,
): Client {
  const { endpoint, timeoutMs } = transport;
  const can = (feature: Feature): boolean => supports(version, feature);
  const sessionOf = (txid: string): Session => {
    const complete = (call: TabularCall): Call => ({
      signal,
      ...call,
      headers: {
        "tabular-txid": txid,
        "tabular-api-version-id": "1",
        "tabular-client-name": clientName,
        ...call.headers,
      },
    });
    return {
      client: { endpoint, timeoutMs, supports: can },
      txid,
      send: (call) => transport.send(complete(call)),
      open: (call) => transport.open(complete(call)),
    };
  };
  const none = sessionOf("0");
  return {
    endpoint,
    timeoutMs,
    version,
    supports: can,
    session: none,
    begin: async () => {
      // A transaction that was begun twice lapses on the server, so a lost answer does no harm.
      const { headers } = await none.send({
        method: "POST",
        path: [],
        op: "transaction",
        repeatable: true,
      });
      const txid = headers["tabular-txid"];
      if (!txid || !/^\d+$/.test(txid))
        throw new MediasearchError(
          "UNREACHABLE",
          `${endpoint}: began a transaction without an id`,
          { subject: endpoint },
        );
      return createTransaction(none, sessionOf(txid));
    },
    bucketExists: async (bucket) => {
      try {
        await transport.send({
          method: "HEAD",
          path: [bucket],
          headers: {},
          repeatable: true,
          signal,
        });
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

function createTransaction(none: Session, session: Session): Transaction {
  const { timeoutMs } = session.client;
  const call = (method: Call["method"], repeatable: boolean): Promise<ClusterReply> =>
    session.send({ method, path: [], op: "transaction", repeatable });
  // An idle transaction lapses after a time that is not documented. VAST's Java client keeps it
  // alive in the same way.
  const keepAlive = setInterval(
    () => void call("GET", true).catch(() => {}),
    TRANSACTION_KEEP_ALIVE_MS,
  ).unref();
  const settle = async (
    error: unknown,
    wasCommitted: ((session: Session) => Promise<boolean>) | undefined,
  ): Promise<void> => {
    const isOpen = await call("DELETE", true).then(
      () => true,
      (reason: unknown) => {
        if (isMissing(reason)) return false;
        throw unclear(none.client.endpoint, reason);
      },
    );
    if (isOpen) throw error;
    if (wasCommitted ? await wasCommitted(none) : false) return;
    // A transaction that was unknown before the commit has lapsed.
    throw wasCommitted || isMissing(error) ? error : unclear(none.client.endpoint, error);
  };
  return {
    ...session,
    async commit(wasCommitted) {
      clearInterval(keepAlive);
      try {
        await call("PUT", false);
      } catch (error) {
        if (!isUnclear(error)) throw error;
        await settle(error, wasCommitted);
      }
    },
    async rollback() {
      clearInterval(keepAlive);
      // No reason to wait for: what is not rolled back now lapses.
      await session
        .send({
          method: "DELETE",
          path: [],
          op: "transaction",
          repeatable: true,
          timeoutMs: Math.min(timeoutMs, ROLLBACK_MS),
          retryMs: 0,
        })
        .catch(() => {});
    },
    isOpen: () =>
      call("GET", true).then(
        () => true,
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw error;
        },
      ),
  };
}

/** Nobody can tell. Its cause is no fault of a call: what may have been done is not tried again. */
const unclear = (endpoint: string, error: unknown): MediasearchError =>
  new MediasearchError(
    "UNREACHABLE",
    `${endpoint}: the answer to a commit was lost, and whether it was carried out is not known`,
    {
      subject: endpoint,
      hint: "run the same command again: it looks at what is there",
      cause: new Error(String(error), { cause: error }),
    },
  );

/**
 * After these nobody knows whether a commit was carried out: no answer, a gateway's answer, a
 * transaction that is gone.
 */
function isUnclear(error: unknown): boolean {
  const status = faultOf(error)?.status;
  return status !== undefined && (status === 0 || status >= 500 || status === 404);
}
