import { parseArgs } from "node:util";
import { parseRule } from "./faults.ts";
import type { Version } from "./http/call.ts";
import { DEFAULT_VERSION, startEmulator } from "./server.ts";

const HELP = `An emulator of VAST DataBase's tabular HTTP protocol.

usage: npm run vast:emulator -- --port P --access-key A --secret-key S --bucket B [options]

  --port P             0 = a free one (default 9090)
  --host H             where to listen (default 127.0.0.1)
  --access-key A       the key that requests are signed with
  --secret-key S
  --bucket B           a bucket that exists; may be given again
  --version V          the cluster's version to play (default ${DEFAULT_VERSION.join(".")})

  --vip A[,N]          an address that a table's statistics name, and how many there are from it on

how query results are cut
  --rows-per-page N    rows until next_row_id is sent (default 131072)
  --rows-per-batch N   rows in a record batch (default 65536)
  --pages-per-reply N  pages of a sub-split in one reply; 0 = until the row limit (default 0)
  --keep-alive-every N keep-alive marker after so many messages; 0 = only the first (default 16)

what goes wrong
  --fault F            kind[:operation][,name=value…]; may be given again. Kinds: slowdown, error, latency, hang,
                       drop, cut, fail, linger, close. Values: rate, after, times, ms, bytes, messages, status, code.
                       Such as: slowdown:insert,rate=0.2   cut:query,bytes=1000,times=1   cut:commit,bytes=0
  --seed N             of the faults' chance (default 1)
  --tx-timeout MS      a transaction that is idle for so long is rolled back; 0 = never (default 300000)
  Faults of a running emulator: PUT a JSON list of rules to /_emulator/faults; GET /_emulator/status.

  --data DIR           keep what was committed there; a killed emulator loses none of it (default: in memory)
  --verbose            a line a request on stderr
  --help

Prints its address on one line when it is ready. Ctrl-C or SIGTERM ends it; without --data what it held is gone.
`;

const OPTIONS = {
  port: { type: "string", default: "9090" },
  host: { type: "string", default: "127.0.0.1" },
  "access-key": { type: "string" },
  "secret-key": { type: "string" },
  bucket: { type: "string", multiple: true, default: [] as string[] },
  version: { type: "string", default: DEFAULT_VERSION.join(".") },
  "rows-per-page": { type: "string" },
  "rows-per-batch": { type: "string" },
  "pages-per-reply": { type: "string" },
  "keep-alive-every": { type: "string" },
  vip: { type: "string", multiple: true, default: [] as string[] },
  fault: { type: "string", multiple: true, default: [] as string[] },
  seed: { type: "string", default: "1" },
  "tx-timeout": { type: "string", default: "300000" },
  data: { type: "string" },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const whole = (name: string, text: string, least = 0): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new TypeError(`--${name} is no number from ${least} on: ${text}`);
  return value;
};

function versionOf(text: string): Version {
  const [a, b, c, d, ...more] = text.split(".").map((part) => whole("version", part));
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0)
    throw new TypeError(`--version has four numbers, such as 5.5.0.10: ${text}`);
  return [a, b, c, d];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return void process.stdout.write(HELP);
  const { "access-key": accessKey, "secret-key": secretKey } = values;
  if (accessKey === undefined || secretKey === undefined || values.bucket.length === 0)
    throw new TypeError("--access-key, --secret-key and --bucket are needed");
  const tuning = {
    vips: values.vip.map((vip) => {
      const [address = "", count = "1"] = vip.split(",");
      return { address, count: whole("vip", count, 1) };
    }),
    ...(values["rows-per-page"] === undefined
      ? {}
      : { rowsPerPage: whole("rows-per-page", values["rows-per-page"], 1) }),
    ...(values["rows-per-batch"] === undefined
      ? {}
      : { rowsPerBatch: whole("rows-per-batch", values["rows-per-batch"], 1) }),
    ...(values["pages-per-reply"] === undefined
      ? {}
      : { pagesPerReply: whole("pages-per-reply", values["pages-per-reply"]) }),
    ...(values["keep-alive-every"] === undefined
      ? {}
      : { keepAliveEvery: whole("keep-alive-every", values["keep-alive-every"]) }),
  };
  const emulator = await startEmulator({
    accessKey,
    secretKey,
    tuning,
    port: whole("port", values.port),
    host: values.host,
    buckets: values.bucket,
    version: versionOf(values.version),
    faults: values.fault.map(parseRule),
    seed: whole("seed", values.seed),
    txTimeoutMs: whole("tx-timeout", values["tx-timeout"]),
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values.verbose ? { log: (line: string) => void process.stderr.write(`${line}\n`) } : {}),
  });
  process.stdout.write(`${emulator.url}\n`);
  const end = (): void => void emulator.close();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\nHow it is used: npm run vast:emulator -- --help\n`,
  );
  process.exitCode = 2;
}
