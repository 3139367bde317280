import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  type Endpoint,
  failed,
  type Greeting,
  ok,
  type Outcome,
  type CheckStep,
  warning,
} from "../check.ts";

const DIAL_MS = 5000;
const EXPIRES_SOON_DAYS = 14;
const DAY_MS = 86_400_000;
/** S3 and VAST refuse signatures that are a quarter of an hour off (RequestTimeTooSkewed). */
const MAX_SKEW_MS = 15 * 60_000;
const NOTABLE_SKEW_MS = 5 * 60_000;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

interface ProbedServer {
  readonly url: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly setting: string;
  readonly group: string;
  readonly caFile: string | undefined;
}

/**
 * The steps to one server: name, TCP, TLS, HTTP, clock. Each is tried only when those before it
 * went well. `onGreeting` hands the server's first answer to later steps.
 */
export function networkSteps(
  { url, setting, group, caFile }: Endpoint,
  onGreeting: (greeting: Greeting) => void = () => {},
): readonly CheckStep[] {
  const { hostname, port, protocol } = new URL(url);
  const isTls = protocol === "https:";
  const server: ProbedServer = {
    url,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (isTls ? 443 : 80)),
    isTls,
    setting,
    group,
    caFile,
  };
  let skewMs: number | null = null;
  return [
    nameStep(server),
    portStep(server),
    ...(isTls ? [tlsStep(server)] : []),
    httpStep(server, (greeting) => {
      skewMs = greeting.skewMs;
      onGreeting(greeting);
    }),
    {
      check: `${group} clock`,
      group,
      tried: "compare the clocks",
      code: "CREDENTIALS",
      run: async () => clockOutcome(skewMs),
    },
  ];
}

/** The setting with the same server under the other scheme, for hints. */
const withScheme = ({ setting, url }: ProbedServer, scheme: "http" | "https"): string =>
  `${setting}=${scheme}://${new URL(url).host}`;

const nameStep = ({ host, setting, group }: ProbedServer): CheckStep => ({
  check: `${group} name`,
  group,
  tried: `find the address of ${host}`,
  code: "UNREACHABLE",
  async run() {
    if (isIP(host)) return ok(host);
    try {
      const addresses = await lookup(host, { all: true });
      return ok(`${host} is ${addresses.map(({ address }) => address).join(", ")}`);
    } catch (error) {
      return failed(
        `${host}: no address (${codeOf(error) || messageOf(error)})`,
        `check the host name in ${setting}, and this machine's DNS`,
      );
    }
  },
});

const portStep = ({ host, port, setting, group }: ProbedServer): CheckStep => ({
  check: `${group} port`,
  group,
  tried: `connect to port ${port} of ${host}`,
  code: "UNREACHABLE",
  timeoutMs: DIAL_MS,
  async run(signal) {
    try {
      await connectOnce(host, port, signal);
      return ok(`port ${port} answers`);
    } catch (error) {
      const why = codeOf(error) === "ECONNREFUSED" ? "nobody listens there" : messageOf(error);
      return failed(
        `${host}:${port}: no connection: ${why}`,
        `check host and port in ${setting}, firewalls and VPN; a proxy is set by HTTPS_PROXY`,
      );
    }
  },
});

const tlsStep = (server: ProbedServer): CheckStep => ({
  check: `${server.group} TLS`,
  group: server.group,
  tried: `shake hands with ${server.host} and check its certificate`,
  code: "UNREACHABLE",
  run: (signal) => checkTls(server, signal),
});

const httpStep = (server: ProbedServer, onGreeting: (greeting: Greeting) => void): CheckStep => ({
  check: `${server.group} HTTP`,
  group: server.group,
  tried: `ask ${server.url}/`,
  code: "UNREACHABLE",
  async run(signal) {
    const { url, isTls, setting, caFile } = server;
    let greeting: Greeting;
    try {
      greeting = await greet(url, caFile, signal);
    } catch (error) {
      const isWrongScheme =
        !isTls && (codeOf(error).startsWith("HPE_") || codeOf(error) === "ECONNRESET");
      return isWrongScheme
        ? failed(
            `${url} does not speak plain HTTP`,
            `if it is a TLS port: ${withScheme(server, "https")}`,
          )
        : failed(`${url}: ${messageOf(error)}`, `check ${setting}`);
    }
    if (!isTls && greeting.status === 400 && /https|tls|ssl/i.test(greeting.body))
      return failed(`${url} is a TLS port`, withScheme(server, "https"));
    onGreeting(greeting);
    return ok(`HTTP ${greeting.status}${greeting.server ? `, ${greeting.server}` : ""}`);
  },
});

/** Judges the clock. A skewed clock is the most frequent cause of refused signatures. */
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

function connectOnce(host: string, port: number, signal: AbortSignal): Promise<void> {
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

async function checkTls(server: ProbedServer, signal: AbortSignal): Promise<Outcome> {
  const { host, port, caFile, setting } = server;
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
        `if it is a plain HTTP port: ${withScheme(server, "http")}`,
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

const MAX_PROBE_BODY_BYTES = 4096;

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
            if (body.length > MAX_PROBE_BODY_BYTES) response.destroy();
          })
          .once("close", done)
          .once("error", reject);
      },
    );
    asked.once("error", reject).end();
  });
}
