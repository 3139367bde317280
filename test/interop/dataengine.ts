import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytes } from "../../src/objects/object-store.contract.ts";
import { openS3 } from "../../src/objects/s3/open.ts";
import { BIN, environment, ROOT } from "../helpers/run.ts";
import { startS3 } from "../helpers/s3.ts";
import { startServe } from "../helpers/serve.ts";

/** An event as `vastde functions create-event` writes it, and one as a cluster's trigger does. */
const EVENTS = [
  {
    id: "0b0c2f0e-2f0a-4a7e-9a32-1b6f0c3f9a11",
    source: "vastdata.com:trigger1.7d0a4b0e-0f2b-4b5e-8a77-3c1d8f1f2a90",
    type: "vastdata.com:Element.ObjectCreated",
    time: "2026-11-26T10:00:00Z",
    subject: "vastdata.com:kafka-view.default-topic",
    data: { Records: [{ s3: { bucket: { name: "media" }, object: { key: "talks/one.vtt" } } }] },
  },
  {
    id: "17",
    source: "vastdata.com:trigger1.7d0a4b0e-0f2b-4b5e-8a77-3c1d8f1f2a90",
    type: "vastdata.com:Element.ElementCreated",
    time: "2026-11-26T10:00:00Z",
    subject: "kafka-view.topic",
    extensions: { elementpath: "media/talks/two words+more.vtt", elementsourcetype: "vast:s3" },
    data: {},
  },
];

/** The function of ops/dataengine, run by Python, before a real server. */
export async function runDataEngine(): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), "mediasearch-dataengine-"));
  const s3 = await startS3();
  const objects = openS3(s3.options);
  for (const name of ["one", "two words+more"])
    await objects
      .bucket("media")
      .put(
        `talks/${name}.vtt`,
        bytes(Buffer.from("WEBVTT\n\n00:00.000 --> 00:04.000\nQuasars.\n")),
      );
  const made = spawnSync(
    process.execPath,
    [BIN, "keys", "create", "--json", "--scopes", "index,search"],
    { env: environment(home), encoding: "utf8" },
  );
  const { key } = JSON.parse(made.stdout) as { readonly key: string };
  const server = await startServe({
    home,
    key,
    env: { ...s3.env, SERVE_INDEX_ROOTS: "s3://media/talks/" },
  });
  try {
    const { stdout, stderr } = spawnSync(
      "python3",
      [join(ROOT, "test/interop/dataengine.py"), join(ROOT, "ops/dataengine/main.py"), key],
      {
        input: JSON.stringify(EVENTS),
        encoding: "utf8",
        env: { ...process.env, MEDIASEARCH_URL: server.url },
      },
    );
    const answers = JSON.parse(stdout || "[]") as unknown[];
    const taken = { hints: 1, elsewhere: 0, ignored: 0, unreadable: null };
    const isTaken = JSON.stringify(answers) === JSON.stringify([taken, taken, "HTTPError"]);
    let total = 0;
    for (const until = Date.now() + 60_000; total < 2 && Date.now() < until;)
      ({ total } = (await (await server.call("/v1/search?mode=keyword&q=quasars")).json()) as {
        total: number;
      });
    process.stderr.write(
      `dataengine: ${isTaken ? "both events taken" : `answers ${stdout}${stderr}`}, ${total} of 2 objects found\n`,
    );
    return isTaken && total === 2;
  } finally {
    await server.stop();
    objects.close();
    await s3.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
