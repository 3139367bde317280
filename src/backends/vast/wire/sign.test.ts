import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSigner } from "./sign.ts";
import { urlOf } from "./transport.ts";

const sha256 = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac("sha256", key).update(data).digest();

/**
 * Signature Version 4 written out from AWS's description, with the canonical query as the wire has
 * it.
 */
function expected(
  region: string,
  method: string,
  path: string,
  query: string,
  host: string,
  date: string,
  body: Uint8Array,
): string {
  const day = date.slice(0, 8);
  const canonical = [
    method,
    path,
    query,
    `host:${host}`,
    `x-amz-content-sha256:${sha256(body)}`,
    `x-amz-date:${date}`,
    "",
    "host;x-amz-content-sha256;x-amz-date",
    sha256(body),
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ["s3", "aws4_request"].reduce(
    (at, part) => hmac(at, part),
    hmac(hmac("AWS4SK", day), region),
  );
  const signature = hmac(
    key,
    ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n"),
  ).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AK/${scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`;
}

describe("requests are signed", () => {
  const at = new Date("2026-01-02T03:04:05Z");
  const cases = [
    {
      region: "",
      method: "GET",
      path: [],
      op: "transaction",
      params: {},
      query: "transaction=",
      canonicalPath: "/",
    },
    {
      region: "vast",
      method: "PUT",
      path: ["b", "s/inner", "t"],
      op: "table",
      params: { "tabular-new-table-name": "s/inner/t2" },
      query: "table=&tabular-new-table-name=s%2Finner%2Ft2",
      canonicalPath: "/b/s/inner/t",
    },
    {
      region: "us-east-1",
      method: "DELETE",
      path: ["b", "a b"],
      op: "schema",
      params: {},
      query: "schema=",
      canonicalPath: "/b/a%20b",
    },
    {
      region: "us-east-1",
      method: "GET",
      path: ["b"],
      op: undefined,
      params: { prefix: ".snapshot/", delimiter: "/", list_type: "2" },
      query: "delimiter=%2F&list_type=2&prefix=.snapshot%2F",
      canonicalPath: "/b",
    },
  ] as const;
  for (const { region, method, path, op, params, query, canonicalPath } of cases)
    it(`${method} ${canonicalPath} in region "${region}"`, async () => {
      const body = method === "PUT" ? new TextEncoder().encode("body") : new Uint8Array();
      const url = urlOf("http://vast.example:9090", { path, op, params });
      const headers = await createSigner({ accessKeyId: "AK", secretAccessKey: "SK" }, region)(
        { method, url, body },
        at,
      );
      expect(headers["authorization"]).toBe(
        expected(
          region,
          method,
          canonicalPath,
          query,
          "vast.example:9090",
          "20260102T030405Z",
          body,
        ),
      );
      expect(headers["x-amz-content-sha256"]).toBe(sha256(body));
    });

  it("with a session's token, and another signature at another time", async () => {
    const sign = createSigner(
      { accessKeyId: "AK", secretAccessKey: "SK", sessionToken: "token" },
      "r",
    );
    const request = {
      method: "GET",
      url: new URL("http://h/?transaction"),
      body: new Uint8Array(),
    };
    const first = await sign(request, at);
    expect(first["x-amz-security-token"]).toBe("token");
    expect((await sign(request, new Date("2026-01-02T03:04:06Z")))["authorization"]).not.toBe(
      first["authorization"],
    );
  });

  it("writes the bare key of an operation first and without an equals sign", () => {
    expect(
      urlOf("http://h:1", {
        path: ["b", "s", "t"],
        op: "table",
        params: { z: "1", "tabular-new-table-name": "s/t 2" },
      }).href,
    ).toBe("http://h:1/b/s/t?table&tabular-new-table-name=s%2Ft%202&z=1");
  });
});
