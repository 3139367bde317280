import { parseEnd } from "../app/access/expiry.ts";
import { createKey, type KeyInfo, listKeys, revokeKey } from "../app/access/keys.ts";
import { parseScopes } from "../app/access/scopes.ts";
import type { Records } from "../backends/records.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { KEYS_SPEC } from "../cli/specs/serving.ts";
import { MediasearchError } from "../errors.ts";
import { formatJson, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { FlagsOf } from "../cli/flags.ts";
import { chosenFormat } from "../cli/output-format.ts";

type Flags = FlagsOf<typeof KEYS_SPEC>;

export const run: Command<typeof KEYS_SPEC> = async ([action, id], flags, context) => {
  const isJson = chosenFormat(flags) === "json";
  // The first key may be made before anything is indexed.
  const backend = await context.openBackend(action === "create");
  try {
    const { records } = backend;
    if (action === "create") await create(records, flags, isJson, context);
    else if (action === "list") await list(records, isJson, context);
    else await revoke(records, id, isJson, context);
  } finally {
    await backend.close();
  }
  return 0;
};

async function create(
  records: Records,
  { scopes, filter, expires, name }: Flags,
  isJson: boolean,
  { io }: CommandContext,
): Promise<void> {
  if (scopes === undefined)
    throw new MediasearchError("USAGE", "--scopes: what may the key do?", {
      subject: "--scopes",
      hint: "mediasearch keys create --scopes search,read,media",
    });
  const { key, info } = await createKey(records, {
    name,
    scopes: parseScopes(scopes),
    filter,
    expiresAtMs: expires === undefined ? undefined : parseEnd(expires),
  });
  io.stdout.write(isJson ? `${formatJson({ key, ...keyJson(info) })}\n` : `${key}\n`);
  if (!isJson)
    io.stderr.write(
      "this is shown once; mediasearch keys list shows all but the keys themselves\n",
    );
}

async function list(records: Records, isJson: boolean, { io }: CommandContext): Promise<void> {
  const keys = await listKeys(records);
  if (isJson) io.stdout.write(`${formatJson({ version: 1, keys: keys.map(keyJson) })}\n`);
  else for (const info of keys) io.stdout.write(`${keyLine(info)}\n`);
  if (keys.length === 0) io.stderr.write("no keys; mediasearch keys create makes one\n");
}

async function revoke(
  records: Records,
  id: string | undefined,
  isJson: boolean,
  { io }: CommandContext,
): Promise<void> {
  if (id === undefined)
    throw new MediasearchError("USAGE", "which key?", {
      hint: "mediasearch keys list, then mediasearch keys revoke ID",
    });
  const info = await revokeKey(records, id);
  io.stdout.write(isJson ? `${formatJson(keyJson(info))}\n` : `${keyLine(info)}\n`);
}

const isoTime = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

const keyJson = ({ id, name, scopes, filter, ...times }: KeyInfo) => ({
  id,
  name,
  scopes,
  filter,
  createdAt: isoTime(times.createdAtMs),
  expiresAt: isoTime(times.expiresAtMs),
  revokedAt: isoTime(times.revokedAtMs),
  lastUsedAt: isoTime(times.lastUsedAtMs),
});

function keyLine(info: KeyInfo): string {
  const { id, name, scopes, filter, expiresAtMs, lastUsedAtMs } = info;
  const day = (ms: number | null): string => isoTime(ms)?.slice(0, 10) ?? "never";
  return stripControls(
    [
      id,
      stateOf(info),
      scopes.join(","),
      `used ${day(lastUsedAtMs)}`,
      `expires ${day(expiresAtMs)}`,
      ...(filter === null ? [] : [filter]),
      ...(name === "" ? [] : [name]),
    ].join("  "),
  );
}

function stateOf({ revokedAtMs, expiresAtMs }: KeyInfo): string {
  if (revokedAtMs !== null) return "revoked";
  return expiresAtMs !== null && expiresAtMs <= Date.now() ? "expired" : "active";
}
