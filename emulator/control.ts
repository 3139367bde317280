import type { ServerResponse } from "node:http";
import { parseRules, type Faults } from "./faults.ts";
import type { Version } from "./http/call.ts";
import type { Request } from "./http/router.ts";
import type { Store } from "./store/transactions.ts";

export interface Controlled {
  readonly faults: Faults;
  readonly store: Store;
  readonly counts: Readonly<Record<string, number>>;
  readonly version: Version;
}

/**
 * The emulator's own endpoint, unsigned: `GET /_emulator/status` tells version, open transactions,
 * requests by operation, faults and how often they struck;
 * `PUT /_emulator/faults` with a JSON list of rules replaces the faults (`[]` ends them).
 */
export function control(
  res: ServerResponse,
  { method, url, body }: Request,
  { faults, store, counts, version }: Controlled,
): void {
  const answer = (status: number, value: unknown): void => {
    res.statusCode = status;
    res.setHeader("Content-Type", "application/json");
    res.end(`${JSON.stringify(value)}\n`);
  };
  if (method === "GET" && url === "/_emulator/status")
    return answer(200, {
      version: version.join("."),
      transactions: store.active,
      requests: counts,
      faults: faults.rules,
      struck: faults.struck,
    });
  if (method !== "PUT" || url !== "/_emulator/faults")
    return answer(404, { error: `there is no ${method} ${url}` });
  try {
    faults.set(parseRules(JSON.parse(Buffer.from(body).toString("utf8"))));
  } catch (error) {
    return answer(400, { error: error instanceof Error ? error.message : String(error) });
  }
  answer(200, { faults: faults.rules });
}
