import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface ToSign {
  readonly method: string;
  readonly url: URL;
  readonly body: Uint8Array;
}

export type Sign = (request: ToSign, at?: Date) => Promise<Record<string, string>>;

/**
 * AWS Signature Version 4 as VAST takes it: service s3, the payload signed, the path escaped once,
 * any region.
 * Signs host, date and payload digest (as VAST's Java client does), so that nothing a proxy adds or
 * changes breaks it.
 * Resolves to all headers that the signature needs. To be called anew for every attempt: it holds
 * the date.
 */
export function createSigner(keys: Keys, region: string, { digestHeader = true } = {}): Sign {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials,
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: digestHeader,
  });
  return async ({ method, url, body }, signedAt = new Date()) => {
    const { headers } = await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: { host: url.host },
        query: queryOf(url),
        body,
      },
      { signingDate: signedAt },
    );
    return headers;
  };
}

/** A bare key (`?transaction`) is signed as `transaction=`. */
const queryOf = (url: URL): Record<string, string> =>
  Object.fromEntries(
    url.search
      .slice(1)
      .split("&")
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf("=");
        return at < 0
          ? [decodeURIComponent(pair), ""]
          : [decodeURIComponent(pair.slice(0, at)), decodeURIComponent(pair.slice(at + 1))];
      }),
  );

/** OpenSSL's SHA-256 in the shape that the signer wants: bodies are up to 5 MiB. */
class NodeSha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof data === "string" ? data : toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error("a digest is taken once");
  }
}

const toBytes = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
