import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FIXTURES, mediasearch } from "../helpers/run.ts";
import { startServe } from "../helpers/serve.ts";

/**
 * Operations that Schemathesis leaves out: it would revoke the key that it uses, and wait for the
 * end of a stream that has none. The routes of the predecessor lead elsewhere.
 */
const LEFT_OUT = ["followEvents", "answerAssistant", "revokeKey", "signOut"];

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];

/**
 * Lets Schemathesis send requests that it makes of the server's own description: no 5xx, and no
 * answer that is not described.
 */
export async function runSchemathesis(python: string): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), "mediasearch-schemathesis-"));
  try {
    const media = join(home, "media");
    mkdirSync(media);
    for (const name of ["lecture.mp3", "lecture.vtt", "minutes.vtt"])
      copyFileSync(join(FIXTURES, name), join(media, name));
    await mediasearch(["index", media], { home });
    const { stdout } = await mediasearch(["keys", "create", "--scopes", "all"], { home });
    const server = await startServe({
      home,
      key: stdout.trim(),
      env: { SERVE_RATE: "0", SERVE_INDEX_ROOTS: media },
    });
    const { status } = spawnSync(
      join(dirname(python), "schemathesis"),
      [
        "run",
        `${server.url}/openapi.json`,
        "--header",
        `Authorization: Bearer ${stdout.trim()}`,
        "--max-examples",
        "10",
        "--phases",
        "examples,coverage,fuzzing",
        "--checks",
        CHECKS.join(","),
        "--exclude-tag",
        "earlier",
        ...LEFT_OUT.flatMap((id) => ["--exclude-operation-id", id]),
      ],
      { stdio: ["ignore", 2, 2] },
    );
    await server.stop();
    return status === 0;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
