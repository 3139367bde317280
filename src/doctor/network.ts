import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ErrorCode } from "../errors.ts";
import { failed, ok, type Outcome, type Step, warning } from "./check.ts";

export interface Endpoint {
  /** http:// or https://, without credentials. */
  readonly url: string;
  /** The variable that sets it, for hints. */
  readonly setting: string;
  readonly group: string;
  readonly caFile?: string | undefined;
}

/** What an unsigned `GET /` told. */
export interface Greeting {
  readonly status: number;
  readonly server: string;
  readonly body: string;
  /** Server's clock minus ours, milliseconds; null when it sends no Date. */
  readonly skewMs: number | null;
}

const CONNECT_MS = 5000;
const EXPIRES_SOON_DAYS = 14;
const DAY_MS = 86_400_000;
/** S3 and VAST refuse signatures that are a quarter of an hour off (RequestTimeTooSkewed). */
const MAX_SKEW_MS = 15 * 60_000;
const NOTABLE_SKEW_MS = 5 * 60_000;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Name → TCP → TLS → HTTP → clock, of one server: each step is tried only when those before it went well. `onGreeting` hands the answer to later steps. */
export function networkSteps(
  { url, setting, group, caFile }: Endpoint,
  onGreeting: (greeting: Greeting) => void = () => {},
): readonly Step[] {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const isTls = protocol === "https:";
  const portNumber = Number(port || (isTls ? 443 : 80));
  const code: ErrorCode = "UNREACHABLE";
  const other = (scheme: string): string => `${setting}=${scheme}://${new URL(url).host}`;
  let greeting: Greeting | undefined;
  const steps: Step[] = [
    {
      check: `${group} name`,
      group,
      tried: `find the address of ${host}`,
      code,
      async run() {
        if (isIP(host)) return ok(host);
        try {
          const found = await lookup(host, { all: true });
          return ok(`${host} is ${found.map(({ address }) => address).join(", ")}`);
        } catch (error) {
          return failed(
            `${host}: no address (${codeOf(error) || messageOf(error)})`,
            `check the host name in ${setting}, and this machine's DNS`,
          );
        }
      },
    },
    {
      check: `${group} port`,
      group,
      tried: `connect to port ${portNumber} of ${host}`,
      code,
      timeoutMs: CONNECT_MS,
      async run(signal) {
        try {
          await opened(host, portNumber, signal);
          return ok(`port ${portNumber} answers`);
        } catch (error) {
          const why = codeOf(error) === "ECONNREFUSED" ? "nobody listens there" : messageOf(error);
          return failed(
            `${host}:${portNumber}: no connection: ${why}`,
            `check host and port in ${setting}, firewalls and VPN; a proxy is set by HTTPS_PROXY`,
          );
        }
      },
    },
  ];
  if (isTls)
    steps.push({
      check: `${group} TLS`,
      group,
      tried: `shake hands with ${host} and check its certificate`,
      code,
      run: (signal) =>
        checkTls(host, portNumber, { caFile, setting, signal, plainUrl: other("http") }),
    });
  steps.push({
    check: `${group} HTTP`,
    group,
    tried: `ask ${url}/`,
    code,
    async run(signal) {
      try {
        greeting = await greet(url, caFile, signal);
      } catch (error) {
        const isWrongScheme =
          !isTls && (codeOf(error).startsWith("HPE_") || codeOf(error) === "ECONNRESET");
        return isWrongScheme
          ? failed(`${url} does not speak plain HTTP`, `if it is a TLS port: ${other("https")}`)
          : failed(`${url}: ${messageOf(error)}`, `check ${setting}`);
      }
      if (!isTls && greeting.status === 400 && /https|tls|ssl/i.test(greeting.body))
        return failed(`${url} is a TLS port`, other("https"));
      onGreeting(greeting);
      return ok(`HTTP ${greeting.status}${greeting.server ? `, ${greeting.server}` : ""}`);
    },
  });
  steps.push({
    check: `${group} clock`,
    group,
    tried: "compare the clocks",
    code: "CREDENTIALS",
    run: async () => clockOutcome(greeting?.skewMs ?? null),
  });
  return steps;
}

/** Skewed clocks are the cause of most signatures that are refused. */
export function clockOutcome(skewMs: number | null): Outcome {
  if (skewMs === null) return ok("the server does not tell its time");
  const minutes = `${(Math.abs(skewMs) / 60_000).toFixed(1)} min ${skewMs < 0 ? "ahead of" : "behind"} the server's`;
  const hint = "set this machine's clock: timedatectl set-ntp true";
  if (Math.abs(skewMs) >= MAX_SKEW_MS)
    return failed(`this machine's clock is ${minutes}: signatures will be refused`, hint);
  return Math.abs(skewMs) >= NOTABLE_SKEW_MS
    ? warning(`this machine's clock is ${minutes}`, hint)
    : ok("the clocks agree");
}

function opened(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, signal });
    socket
      .once("connect", () => {
        socket.destroy();
        resolve();
      })
      .once("error", reject);
  });
}

interface TlsOptions {
  readonly caFile: string | undefined;
  readonly setting: string;
  readonly signal: AbortSignal;
  readonly plainUrl: string;
}

async function checkTls(
  host: string,
  port: number,
  { caFile, setting, signal, plainUrl }: TlsOptions,
): Promise<Outcome> {
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  try {
    const until = await handshake(host, port, ca, signal);
    const days = Math.floor((Date.parse(until) - Date.now()) / DAY_MS);
    return days < EXPIRES_SOON_DAYS
      ? warning(
          `the certificate expires in ${days} days (${until})`,
          "renew the certificate of the server",
        )
      : ok(`the certificate is good until ${until}`);
  } catch (error) {
    const code = codeOf(error);
    if (code === "CERT_HAS_EXPIRED")
      return failed("the server's certificate has expired", "renew the certificate of the server");
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
      return failed(
        `the certificate is not for ${host}`,
        `give in ${setting} the name that the certificate has`,
      );
    if (/SELF_SIGNED|UNABLE_TO|CERT_UNTRUSTED|CERT_SIGNATURE/.test(code))
      return failed(
        `the certificate's authority is not known (${code})`,
        "VAST_CA_FILE=/path/to/ca.pem",
      );
    if (
      code === "EPROTO" ||
      code === "ERR_SSL_WRONG_VERSION_NUMBER" ||
      code === "ERR_SSL_PACKET_LENGTH_TOO_LONG"
    )
      return failed(
        `${host}:${port} does not speak TLS`,
        `if it is a plain HTTP port: ${plainUrl}`,
      );
    return failed(`no TLS with ${host}:${port}: ${messageOf(error)}`, `check ${setting}`);
  }
}

/** @returns until when the certificate is good. */
function handshake(
  host: string,
  port: number,
  ca: Buffer | undefined,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host,
      port,
      ...(ca ? { ca } : {}),
      ...(isIP(host) ? {} : { servername: host }),
    });
    const stop = (): void => void socket.destroy(new Error("no answer"));
    signal.addEventListener("abort", stop, { once: true });
    socket
      .once("secureConnect", () => {
        resolve(String(socket.getPeerCertificate().valid_to));
        socket.destroy();
      })
      .once("error", reject)
      .once("close", () => {
        signal.removeEventListener("abort", stop);
        reject(new Error("the server closed the connection"));
      });
  });
}

const MAX_BODY_BYTES = 4096;

function greet(url: string, caFile: string | undefined, signal: AbortSignal): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? secureRequest : plainRequest;
    const asked = send(
      `${url}/`,
      { signal, ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) },
      (response) => {
        let body = "";
        const date = Date.parse(response.headers.date ?? "");
        const done = (): void =>
          resolve({
            status: response.statusCode ?? 0,
            server: String(response.headers.server ?? ""),
            body,
            skewMs: Number.isNaN(date) ? null : date - Date.now(),
          });
        response
          .setEncoding("utf8")
          .on("data", (text: string) => {
            body += text;
            if (body.length > MAX_BODY_BYTES) response.destroy();
          })
          .once("close", done)
          .once("error", reject);
      },
    );
    asked.once("error", reject).end();
  });
}
