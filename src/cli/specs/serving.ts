import { SETTINGS } from "../../config/settings.ts";
import type { CommandSpec } from "../spec.ts";
import { format, JSON_SWITCH, STORE_OPTION } from "./shared.ts";

export const SERVE_SPEC = {
  name: "serve",
  summary: "serve searches, transcripts and media to browsers and programs",
  details: `Prints the address, and on this machine a link that signs in once. Programs send a key
(mediasearch keys create). Other machines can reach it only with a certificate or behind
a proxy that has one; docs/serve.md tells how. Ctrl-C stops it when every request that is
under way is answered.`,
  args: [],
  options: [
    STORE_OPTION,
    { flags: "--listen <address>", help: SETTINGS.serveListen.help },
    { flags: "--public-url <url>", help: SETTINGS.servePublicUrl.help },
    { flags: "--tls-cert <file>", help: SETTINGS.serveTlsCert.help },
    { flags: "--tls-key <file>", help: SETTINGS.serveTlsKey.help },
    { flags: "--behind-proxy <addresses>", help: SETTINGS.serveProxies.help },
  ],
  examples: [
    ["mediasearch serve", "for this machine, at http://127.0.0.1:7311"],
    [
      "mediasearch serve --listen 0.0.0.0:7311 --tls-cert cert.pem --tls-key key.pem",
      "for others, with a certificate",
    ],
    [
      "mediasearch serve --behind-proxy 127.0.0.1 --public-url https://media.example",
      "behind a reverse proxy",
    ],
  ],
  exitCodes: ["NO_STORE", "SCHEMA_MISMATCH", "INTERRUPTED", "OVER_LIMIT", "TERMINATED"],
} as const satisfies CommandSpec;

export const KEYS_SPEC = {
  name: "keys",
  summary: "make, list and revoke keys of the server",
  details: `A key is shown once; the library keeps its digest. What it may do are its scopes, and
what it may see its filter: conditions of the query language that hold on everything.`,
  args: [
    { name: "<action>", help: "what to do", choices: ["create", "list", "revoke"] },
    { name: "[id]", help: "with revoke: the key's id" },
  ],
  options: [
    STORE_OPTION,
    {
      flags: "--scopes <names>",
      help: "what the key may do, separated by commas: search, read, media, edit, index, jobs, paths, webhooks, keys, audit, metrics, or all",
    },
    { flags: "--filter <query>", help: "what the key may see, such as 'file:\"/media/a/**\"'" },
    { flags: "--expires <time>", help: "when it ends: 90d, 12h, 1y or a date" },
    { flags: "--name <text>", help: "what the key is for" },
    format("text", "json"),
    JSON_SWITCH,
  ],
  examples: [
    ["mediasearch keys create --scopes search,read,media --expires 90d", "for an application"],
    [
      `mediasearch keys create --scopes search,read --filter 'file:"/media/team-a/**"' --json`,
      "for what one team may see",
    ],
    ["mediasearch keys list", "who has keys, and when they were last used"],
    ["mediasearch keys revoke 0123456789ab", "at once"],
  ],
  exitCodes: ["NO_STORE", "NOT_FOUND"],
} as const satisfies CommandSpec;

export const AUDIT_SPEC = {
  name: "audit",
  summary: "show who did what on the server",
  details: `The oldest first: who searched, read, played, changed and was refused.
Queries are kept as digests unless AUDIT_QUERIES=text.
Entries go after AUDIT_RETENTION_DAYS.`,
  args: [],
  options: [
    STORE_OPTION,
    { flags: "--after <id>", help: "only entries after this one, to export what is new" },
    { flags: "-l, --limit <n>", help: "largest number of entries (default: all)" },
    { flags: "--json", help: "one JSON object a line" },
  ],
  examples: [
    ["mediasearch audit", "read it"],
    ["mediasearch audit --json > audit.ndjson", "keep it elsewhere"],
  ],
  exitCodes: ["NO_STORE"],
} as const satisfies CommandSpec;
