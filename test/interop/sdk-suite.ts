import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { spawnEmulator } from "../../emulator/spawn.ts";

/** What the emulator lacks on purpose, by the start of a test's name; each with its reason. */
const OUT_OF_REACH: readonly (readonly [prefix: string, reason: string])[] = [
  ["test_imports", "needs S3 objects on the cluster and a reader of Parquet"],
  ["test_tables::test_catalog_select", "needs VAST's built-in catalog"],
  ["test_tables::test_catalog_snapshots_select", "needs VAST's built-in catalog"],
  ["test_tables::test_audit_log_select", "needs VAST's built-in audit log"],
];

interface Outcome {
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly message: string;
}

/**
 * Runs the SDK's own tests against the emulator and prints the counts and each failure.
 * @returns whether all that is in reach passed
 */
export async function runSdkSuite(python: string): Promise<boolean> {
  // One of the tests names this port.
  const emulator = await spawnEmulator(["--port", "9090"]);
  const work = mkdtempSync(join(tmpdir(), "mediasearch-interop-"));
  try {
    const packages = spawnSync(
      python,
      ["-c", "import vastdb, os; print(os.path.dirname(os.path.dirname(vastdb.__file__)))"],
      { encoding: "utf8" },
    ).stdout.trim();
    const report = join(work, "report.xml");
    const tests = spawn(
      python,
      [
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-q",
        "--junit-xml",
        report,
        "vastdb/tests",
        "--tabular-endpoint-url",
        emulator.url,
        "--tabular-access-key",
        emulator.accessKey,
        "--tabular-secret-key",
        emulator.secretKey,
        "--tabular-bucket-name",
        emulator.bucket,
      ],
      { cwd: packages, stdio: ["ignore", 2, 2] },
    );
    await once(tests, "exit");
    return tell(outcomes(readFileSync(report, "utf8")));
  } finally {
    await emulator.stop();
    rmSync(work, { recursive: true });
  }
}

const unescape = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#10;", " ")
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");

function resultOf(hasProblem: boolean, inner: string): Outcome["result"] {
  if (hasProblem) return "failed";
  return inner.includes("<skipped") ? "skipped" : "passed";
}

function outcomes(xml: string): readonly Outcome[] {
  return [
    ...xml.matchAll(
      /<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    ),
  ].map(([, file = "", name = "", inner = ""]) => {
    const problem = /<(?:failure|error) message="([^"]*)"/.exec(inner);
    return {
      name: `${file.replace("vastdb.tests.", "")}::${unescape(name)}`,
      result: resultOf(problem !== null, inner),
      message: unescape(problem?.[1] ?? "").slice(0, 120),
    };
  });
}

function tell(all: readonly Outcome[]): boolean {
  const count = (result: Outcome["result"]): number =>
    all.filter((outcome) => outcome.result === result).length;
  const reasonOf = ({ name }: Outcome): string | undefined =>
    OUT_OF_REACH.find(([prefix]) => name.startsWith(prefix))?.[1];
  let unexpected = 0;
  for (const outcome of all.filter(({ result }) => result === "failed")) {
    const reason = reasonOf(outcome);
    if (reason === undefined) unexpected++;
    process.stdout.write(
      `failed  ${outcome.name}: ${reason ?? `NOT EXPECTED: ${outcome.message}`}\n`,
    );
  }
  process.stdout.write(
    `vastdb's own tests: ${count("passed")} passed, ${count("failed")} failed (${unexpected} unexpected), ${count("skipped")} skipped, of ${all.length}\n`,
  );
  return unexpected === 0 && count("passed") >= 590;
}
