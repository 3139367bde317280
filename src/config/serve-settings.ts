import { availableParallelism } from "node:os";
import { address, parseChoice, parseInteger, path, type SettingTable, yesNo } from "./setting.ts";

export interface ServeSettings {
  readonly serveListen: string;
  readonly servePublicUrl: string | undefined;
  readonly serveTlsCert: string | undefined;
  readonly serveTlsKey: string | undefined;
  /** Separated by commas; "" for none. */
  readonly serveProxies: string;
  /** Separated by commas; "" for none. */
  readonly serveRoots: string;
  readonly serveUploads: string | undefined;
  readonly serveReaders: number;
  readonly serveRate: number;
  /** Separated by commas; "" for none. */
  readonly serveCors: string;
  /** Separated by commas; "" for none. */
  readonly serveFrames: string;
  readonly serveObjectMedia: "through" | "redirect";
  readonly serveMetricsListen: string | undefined;
  readonly serveWebhookPrivate: boolean;
  readonly serveOidcIssuer: string | undefined;
  readonly serveOidcClientId: string | undefined;
  readonly serveOidcClientSecret: string | undefined;
  readonly serveOidcScope: string;
  readonly serveOidcClaim: string;
  readonly serveOidcGroups: string | undefined;
  readonly auditQueries: "digest" | "text";
  readonly auditDays: number;
}

/** `host:port`, or a port alone for 127.0.0.1. */
function listenAddress(text: string): string {
  const written = /^\d+$/.test(text.trim()) ? `127.0.0.1:${text.trim()}` : text.trim();
  const [, port] = /^(?:\[[0-9a-fA-F:]+\]|[^:\s/]+):(\d{1,5})$/.exec(written) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new Error("must be an address and a port, such as 127.0.0.1:7311 or [::1]:7311");
  return written;
}

/** Items of a list as the settings keep it. */
export const listItems = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const list =
  (item: (text: string) => string = String) =>
  (text: string): string =>
    listItems(text)
      .map((one) => item(one))
      .join(",");

export const SERVE_SETTINGS: SettingTable<ServeSettings> = {
  serveListen: {
    flag: "listen",
    env: "SERVE_LISTEN",
    help: "address and port of the server",
    parse: listenAddress,
    fallback: () => "127.0.0.1:7311",
    fallbackText: "127.0.0.1:7311",
  },
  servePublicUrl: {
    flag: "publicUrl",
    env: "SERVE_PUBLIC_URL",
    help: "address under which browsers reach the server, when it is another",
    parse: address,
    fallback: () => undefined,
    fallbackText: "that of SERVE_LISTEN",
  },
  serveTlsCert: {
    flag: "tlsCert",
    env: "SERVE_TLS_CERT",
    help: "file with the server's certificate and its chain (PEM)",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none: HTTP, on this machine only",
  },
  serveTlsKey: {
    flag: "tlsKey",
    env: "SERVE_TLS_KEY",
    help: "file with the key of that certificate (PEM)",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none",
  },
  serveProxies: {
    flag: "behindProxy",
    env: "SERVE_BEHIND_PROXY",
    help: "addresses of reverse proxies that do the TLS and whose X-Forwarded-* headers count, separated by commas",
    parse: list(),
    fallback: () => "",
    fallbackText: "none",
  },
  serveRoots: {
    env: "SERVE_INDEX_ROOTS",
    help: "folders and s3:// places below which clients may index, separated by commas",
    parse: (text, at) => list((item) => (/^s3:\/\//i.test(item) ? item : path(item, at)))(text),
    fallback: () => "",
    fallbackText: "none: nothing can be indexed from outside",
  },
  serveUploads: {
    env: "SERVE_UPLOADS",
    help: "folder that uploaded files go to; clients can upload only where it is set",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none: no uploads",
  },
  serveReaders: {
    env: "SERVE_READERS",
    help: "threads that answer searches, each with its own connection to the library",
    parse: parseInteger(1, 64),
    fallback: () => Math.min(4, Math.max(1, availableParallelism())),
    fallbackText: "one a core, at most 4",
  },
  serveRate: {
    env: "SERVE_RATE",
    help: "requests that a key or an address may make in a minute; 0 for no limit",
    parse: parseInteger(0, 1_000_000),
    fallback: () => 1200,
    fallbackText: "1200",
  },
  serveCors: {
    env: "SERVE_CORS_ORIGINS",
    help: "origins of other sites whose pages may call the API with a key, separated by commas",
    parse: list(address),
    fallback: () => "",
    fallbackText: "none",
  },
  serveFrames: {
    env: "SERVE_FRAME_ANCESTORS",
    help: "origins of sites that may show /embed/ in a frame, separated by commas",
    parse: list(address),
    fallback: () => "",
    fallbackText: "none",
  },
  serveObjectMedia: {
    env: "SERVE_OBJECT_MEDIA",
    help: "how browsers get media of object stores: through this server, or by redirect to a signed link",
    parse: parseChoice("through", "redirect"),
    fallback: () => "through",
    fallbackText: "through",
  },
  serveMetricsListen: {
    env: "SERVE_METRICS_LISTEN",
    help: "a second address and port that serves /metrics without a key",
    parse: listenAddress,
    fallback: () => undefined,
    fallbackText: "none: /metrics needs a key with the scope metrics",
  },
  serveWebhookPrivate: {
    env: "SERVE_WEBHOOK_PRIVATE",
    help: "let webhooks call private addresses and plain HTTP",
    parse: yesNo,
    fallback: () => false,
    fallbackText: "false",
  },
  serveOidcIssuer: {
    env: "SERVE_OIDC_ISSUER",
    help: "address of an OpenID Connect provider at which people sign in",
    parse: address,
    fallback: () => undefined,
    fallbackText: "none: people sign in with keys",
  },
  serveOidcClientId: {
    env: "SERVE_OIDC_CLIENT_ID",
    help: "name of this server at the provider",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "none",
  },
  serveOidcClientSecret: {
    env: "SERVE_OIDC_CLIENT_SECRET",
    help: "secret of this server at the provider",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "none: a public client",
    isSecret: true,
  },
  serveOidcScope: {
    env: "SERVE_OIDC_SCOPE",
    help: "what the provider is asked for",
    parse: (text) => text.trim(),
    fallback: () => "openid profile email",
    fallbackText: "openid profile email",
  },
  serveOidcClaim: {
    env: "SERVE_OIDC_CLAIM",
    help: "claim that names the groups of a person",
    parse: (text) => text.trim(),
    fallback: () => "groups",
    fallbackText: "groups",
  },
  serveOidcGroups: {
    env: "SERVE_OIDC_GROUPS",
    help: "JSON file with what each group may do",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none",
  },
  auditQueries: {
    env: "AUDIT_QUERIES",
    help: "what the audit keeps of a query: its digest or its text",
    parse: parseChoice("digest", "text"),
    fallback: () => "digest",
    fallbackText: "digest",
  },
  auditDays: {
    env: "AUDIT_RETENTION_DAYS",
    help: "days to keep entries of the audit",
    parse: parseInteger(1, 36_500),
    fallback: () => 365,
    fallbackText: "365",
  },
};
