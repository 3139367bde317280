import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../helpers/run.ts";

/** A server of other people, and the calls that it is known to answer in another way, and why. */
interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly differences: Readonly<Record<string, string>>;
  /** Keys that it can't take, as a regular expression. */
  readonly leaveOut: string;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const MOTO: Readonly<Record<string, string>> = {
  putWrongSum: "it does not check checksums",
  partWrongSum: "it does not check checksums",
  listParts: "so the part with the wrong one is there",
  putStreamOfSmallChunks: "it takes chunks of any size",
  headSum: "it forgets the checksum of an object that was written once more",
  head: "its checksum of an object of parts lacks their number",
  unknownUpload: "it fails on an upload that it does not know",
  linkForged: "it does not check signatures",
};

/** Our client's law against servers of other people, and our server's answers beside theirs. */
export async function runS3(python: string): Promise<boolean> {
  const port = await freePort();
  return against(port, {
    name: "moto",
    command: [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    env: {},
    accessKey: "any",
    secretKey: "any",
    differences: MOTO,
    leaveOut: "[\\t\\n]",
  });
}

const VERSITYGW: Readonly<Record<string, string>> = { listUrl: "it does not encode keys" };

/** It checks signatures, and keeps objects as files. `program`: the gateway, see versitygw.ts. */
export async function runVersitygw(program: string): Promise<boolean> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-s3-"));
  try {
    return await against(port, {
      name: "versitygw",
      command: [program, "--port", `127.0.0.1:${port}`, "--region", "us-east-1", "posix", folder],
      env: { ROOT_ACCESS_KEY: "root-key", ROOT_SECRET_KEY: "root-secret" },
      accessKey: "root-key",
      secretKey: "root-secret",
      differences: VERSITYGW,
      leaveOut: "//|/$|\\n|^many$|^folder$",
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function against(port: number, peer: Peer): Promise<boolean> {
  const [command = "", ...args] = peer.command;
  const server = spawn(command, args, { stdio: "ignore", env: { ...process.env, ...peer.env } });
  try {
    await answering(port);
    const { status } = spawnSync(
      process.execPath,
      [
        join(ROOT, "node_modules/vitest/vitest.mjs"),
        "run",
        "--config",
        join(ROOT, "test/interop/s3/vitest.config.ts"),
      ],
      {
        cwd: ROOT,
        stdio: "inherit",
        env: {
          ...process.env,
          S3_PEER_NAME: peer.name,
          S3_PEER_ENDPOINT: `http://127.0.0.1:${port}`,
          S3_PEER_ACCESS_KEY: peer.accessKey,
          S3_PEER_SECRET_KEY: peer.secretKey,
          S3_PEER_LEAVE_OUT: peer.leaveOut,
          S3_PEER_DIFFERENCES: JSON.stringify(Object.keys(peer.differences)),
        },
      },
    );
    return status === 0;
  } finally {
    server.kill();
  }
}

async function answering(port: number): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error("the server does not answer");
}
