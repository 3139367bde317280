import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { tempFolder } from "./run.ts";

const DAY_MS = 86_400_000;

/**
 * A self-signed certificate for a host name, good for so many days from now (negative: expired),
 * and its file.
 */
export async function certificate(
  days: number,
  name = "localhost",
): Promise<{ readonly key: string; readonly cert: string; readonly caFile: string }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 100 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
    ],
  });
  const caFile = join(tempFolder(), "cert.pem");
  writeFileSync(caFile, cert);
  return { key, cert, caFile };
}
