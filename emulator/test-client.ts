import { createHash, createHmac } from "node:crypto";
import { request, type IncomingHttpHeaders } from "node:http";

/**
 * The least that sends a signed request: for the emulator's own tests, apart from the client that
 * is tested against it.
 */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Target {
  readonly url: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

const sha256 = (data: Uint8Array | string): string =>
  createHash("sha256").update(data).digest("hex");

export function signedRequest(
  { url, accessKey, secretKey }: Target,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array = new Uint8Array(0),
): Promise<Answer> {
  const { host, hostname, port } = new URL(url);
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = date.slice(0, 8);
  const [plain = "", query = ""] = path.split("?");
  const canonicalQuery =
    query === ""
      ? ""
      : query
          .split("&")
          .toSorted()
          .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
          .join("&");
  const canonical = [
    method,
    plain,
    canonicalQuery,
    `host:${host}\nx-amz-date:${date}\n`,
    "host;x-amz-date",
    sha256(body),
  ].join("\n");
  const scope = `${day}/any/s3/aws4_request`;
  const key = [day, "any", "s3", "aws4_request"].reduce<string | Buffer>(
    (k, part) => createHmac("sha256", k).update(part).digest(),
    `AWS4${secretKey}`,
  );
  const signature = createHmac("sha256", key)
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
    .digest("hex");
  const all = {
    ...headers,
    "x-amz-date": date,
    "Content-Length": String(body.length),
    Authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  };
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, method, path, headers: all }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => parts.push(part));
      res.on("error", reject);
      res.on("end", () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }),
      );
    });
    req.on("error", reject);
    req.end(body);
  });
}
