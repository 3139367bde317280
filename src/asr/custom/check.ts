import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { MediasearchError } from "../../errors.ts";
import { request } from "../../remote/http.ts";
import { fromNetworkError, fromStatus } from "../../remote/refusals.ts";
import type { EngineFinding } from "../settings.ts";
import type { CustomSettings } from "./settings.ts";
import { describeCustomServer } from "./open.ts";

const CUSTOM_CHECK_MS = 8000;

/**
 * Checks whether the program exists, or whether the server is ready. It runs nothing and sends no
 * audio.
 * @throws what would end a run.
 */
export async function check(custom: CustomSettings, signal: AbortSignal): Promise<EngineFinding> {
  const server = describeCustomServer(custom);
  if (custom.endpoint === undefined) {
    const path = await findCommand(custom.command[0] ?? "", custom.environment["PATH"] ?? "");
    if (path === undefined)
      throw new MediasearchError(
        "USAGE",
        `BYO: no program ${custom.command[0]} is there that can be run`,
        { hint: "is BYO_ASR_COMMAND right?" },
      );
    return { found: path };
  }
  const url = new URL(custom.endpoint);
  const headers: Record<string, string> =
    custom.apiKey === undefined ? {} : { authorization: `Bearer ${custom.apiKey}` };
  const reply = await request(
    Object.assign(new URL(url), { pathname: `${url.pathname.replace(/\/+$/, "")}/health` }),
    { method: "GET", headers, signal, timeoutMs: CUSTOM_CHECK_MS },
  ).catch((error: unknown) => {
    throw fromNetworkError(server, error, signal).refused.error;
  });
  if (reply.status === 404)
    return { found: `${server.address} answers; whether it is ready it does not say` };
  if (reply.status !== 200) throw fromStatus(server, reply).refused.error;
  return { found: `${server.address} is ready` };
}

async function findCommand(name: string, path: string): Promise<string | undefined> {
  const endings = process.platform === "win32" ? ["", ".exe", ".cmd"] : [""];
  const places = /[\\/]/.test(name)
    ? [name]
    : path.split(delimiter).map((folder) => join(folder, name));
  for (const candidate of places.flatMap((one) => endings.map((ending) => `${one}${ending}`)))
    if (
      await access(candidate, constants.X_OK).then(
        async () => (await stat(candidate)).isFile(),
        () => false,
      )
    )
      return candidate;
  return undefined;
}
