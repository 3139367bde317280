import { describe, expect, it } from "vitest";
import { verify } from "./sigv4.ts";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const KEYS = { accessKey: "AK", secretKey: "SK" };
const NOW = Date.UTC(2026, 0, 1);
/** Made by the real SDK's signing library for these keys and this moment. */
const golden = {
  method: "GET",
  url: "/?transaction",
  headers: {
    host: "127.0.0.1:9090",
    "x-amz-date": "20260101T000000Z",
    "x-amz-content-sha256": EMPTY,
    authorization:
      "AWS4-HMAC-SHA256 Credential=AK/20260101//s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=248ca08f129df0f2e86d6f458adbbb78e80ffc75a003dab7eaa6f8e8798a7bfc",
  },
  body: new Uint8Array(0),
};

describe("a request's signature", () => {
  it("is right as the SDK makes it, with an empty region", () => {
    expect(() => verify(golden, KEYS, NOW)).not.toThrow();
  });

  it("is wrong for another key, path, query, host or body", () => {
    const wrong = { code: "SignatureDoesNotMatch", status: 403 };
    expect(() => verify(golden, { ...KEYS, secretKey: "SX" }, NOW)).toThrow(
      expect.objectContaining(wrong),
    );
    expect(() => verify({ ...golden, url: "/b?transaction" }, KEYS, NOW)).toThrow(
      expect.objectContaining(wrong),
    );
    expect(() => verify({ ...golden, url: "/?transaction&a=1" }, KEYS, NOW)).toThrow(
      expect.objectContaining(wrong),
    );
    expect(() =>
      verify({ ...golden, headers: { ...golden.headers, host: "127.0.0.1:9091" } }, KEYS, NOW),
    ).toThrow(expect.objectContaining(wrong));
    expect(() => verify({ ...golden, body: Buffer.from("x") }, KEYS, NOW)).toThrow(
      expect.objectContaining({ code: "XAmzContentSHA256Mismatch", status: 400 }),
    );
    expect(() =>
      verify(
        {
          ...golden,
          body: Buffer.from("x"),
          headers: { ...golden.headers, "x-amz-content-sha256": undefined },
        },
        KEYS,
        NOW,
      ),
    ).toThrow(expect.objectContaining(wrong));
  });

  it("is refused for an unknown key, without a signature, or far from the server's time", () => {
    expect(() => verify(golden, { ...KEYS, accessKey: "AX" }, NOW)).toThrow(
      expect.objectContaining({ code: "InvalidAccessKeyId" }),
    );
    expect(() => verify({ ...golden, headers: { host: "x" } }, KEYS, NOW)).toThrow(
      expect.objectContaining({ code: "AccessDenied" }),
    );
    expect(() => verify(golden, KEYS, NOW + 16 * 60_000)).toThrow(
      expect.objectContaining({ code: "RequestTimeTooSkewed" }),
    );
  });
});
