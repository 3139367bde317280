import type { ServerResponse } from "node:http";
import type { Field } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { decodeQuery } from "../../../../test/vast/decode-query.ts";
import { COMPLETED, FAILED, FINISHED, frames, KEEP_ALIVE } from "../../../../test/vast/reply.ts";
import { KEYS, type Received, refuse, serve, slowDown } from "../../../../test/vast/server.ts";
import { connectClient } from "./client.ts";
import { column, ROW_ID, rowIdField, COLUMN_TYPES } from "./columns.ts";
import { equal } from "./predicate.ts";
import { query, type TableQuery } from "./query.ts";
import { toValues, type Value } from "./values.ts";

const AT = { bucket: "b", schema: "s", table: "t" };
const n = column("n", COLUMN_TYPES.int64());
const start = (request: Received, sub: number): bigint =>
  BigInt(request.headers[`tabular-start-row-id-${sub}`]?.split(",")[1] ?? -1);

async function ask(
  answer: (request: Received, response: ServerResponse, count: number) => void,
  wanted: Partial<TableQuery> = {},
  timeoutMs = 5000,
): Promise<{ readonly rows: Value[][]; readonly received: Received[] }> {
  let count = 0;
  const { endpoint, received } = await serve((request, response) =>
    request.url === "/?transaction" ? void response.end() : answer(request, response, count++),
  );
  const client = await connectClient({ endpoint, ...KEYS, timeoutMs });
  const rows: Value[][] = [];
  for await (const page of query(client.session, AT, {
    columns: [n],
    splits: 1,
    subSplits: 1,
    ...wanted,
  })) {
    const columns = page.columns.map(toValues);
    for (let i = 0; i < page.rows; i++) rows.push(columns.map((values) => values[i]));
  }
  client.close();
  return { rows, received: received.slice(1) };
}

/** Rows `from`… of a sub-split of ten, `size` a page. */
const pageOf = (stream: number, from: bigint, size: number, batches = 1): Buffer[] => {
  const ids = Array.from({ length: 10 }, (_, i) => BigInt(stream * 100 + i)).slice(
    Number(from),
    Number(from) + size,
  );
  const next = Number(from) + size >= 10 ? FINISHED : from + BigInt(size);
  return frames({ stream, next, columns: [[n, ids]], batches });
};
const all = (...streams: readonly number[]): string =>
  streams
    .flatMap((stream) => Array.from({ length: 10 }, (_, i) => String(stream * 100 + i)))
    .toSorted()
    .join();
const sorted = (rows: readonly Value[][]): string =>
  rows
    .map(([value]) => String(value))
    .toSorted()
    .join();

describe("a query", () => {
  it("asks as the protocol wants it", async () => {
    const { received } = await ask(
      (_, response) => void response.end(Buffer.concat([...pageOf(0, 0n, 10), COMPLETED])),
      { filter: [equal("n", 1n)], pageRows: 500 },
    );
    expect(received[0]).toMatchObject({
      method: "GET",
      url: "/b/s/t?data",
      headers: {
        "tabular-txid": "0",
        "tabular-api-version-id": "1",
        "tabular-split": "0,1,8",
        "tabular-num-of-subsplits": "1",
        "tabular-start-row-id-0": "0,0",
        "tabular-limit-rows": "500",
        "tabular-request-format": "string",
        "tabular-response-format": "string",
        "tabular-enable-sorted-projections": "True",
        "content-length": String(received[0]?.body.length),
      },
    });
    expect(decodeQuery(received[0]?.body ?? Buffer.alloc(0)).projection).toEqual([0]);
  });

  it("puts interleaved sub-splits and several batches together, however the bytes are cut", async () => {
    for (const size of [1, 7, 1000]) {
      const { rows } = await ask(
        (_, response) => {
          const [a, b] = [pageOf(0, 0n, 10, 3), pageOf(1, 0n, 10, 2)];
          const mixed = Buffer.concat([
            KEEP_ALIVE,
            ...Array.from({ length: 6 }, (_, i) => [a[i], KEEP_ALIVE, b[i]])
              .flat()
              .filter((part) => part !== undefined),
            COMPLETED,
          ]);
          for (let at = 0; at < mixed.length; at += size)
            response.write(mixed.subarray(at, at + size));
          response.end();
        },
        { subSplits: 2 },
      );
      expect(sorted(rows)).toBe(all(0, 1));
    }
  });

  it("goes on page by page, in the same reply and in the next request", async () => {
    const { rows, received } = await ask((request, response) => {
      const from = start(request, 0);
      response.end(
        Buffer.concat([
          ...pageOf(0, from, 3),
          ...(from + 3n < 10n ? pageOf(0, from + 3n, 3) : []),
          COMPLETED,
        ]),
      );
    });
    expect(sorted(rows)).toBe(all(0));
    expect(received.map((request) => start(request, 0))).toEqual([0n, 6n]);
  });

  it("reads every split, with all its sub-splits", async () => {
    const { rows, received } = await ask(
      (request, response) => {
        const split = Number(request.headers["tabular-split"]?.split(",")[0]);
        response.end(
          Buffer.concat([
            ...[0, 1].flatMap((sub) =>
              frames({ stream: sub, next: FINISHED, columns: [[n, [BigInt(split * 10 + sub)]]] }),
            ),
            COMPLETED,
          ]),
        );
      },
      { splits: 5, subSplits: 2, parallel: 2 },
    );
    expect(sorted(rows)).toBe(
      ["0", "1", "10", "11", "20", "21", "30", "31", "40", "41"].toSorted().join(),
    );
    expect(received.map(({ headers }) => headers["tabular-split"]).toSorted()).toEqual(
      [0, 1, 2, 3, 4].map((split) => `${split},5,8`),
    );
  });

  it("after a cut at any byte goes on without loss or repetition", async () => {
    const whole = Buffer.concat([
      ...pageOf(0, 0n, 4),
      ...pageOf(1, 0n, 10),
      ...pageOf(0, 4n, 6),
      COMPLETED,
    ]);
    for (let cut = 0; cut < whole.length; cut += 41) {
      const { rows } = await ask(
        (request, response, count) => {
          if (count === 0)
            return void response.write(whole.subarray(0, cut), () =>
              setImmediate(() => response.destroy()),
            );
          const parts = [0, 1].flatMap((sub) =>
            start(request, sub) === FINISHED
              ? frames({ stream: sub, next: FINISHED, columns: [[n, []]] })
              : pageOf(sub, start(request, sub), 10),
          );
          response.end(Buffer.concat([...parts, COMPLETED]));
        },
        { subSplits: 2 },
      );
      expect(sorted(rows), `cut at ${cut}`).toBe(all(0, 1));
    }
  });

  it("after a failure in mid-stream, a missing end marker or SlowDown goes on", async () => {
    for (const spoil of [
      Buffer.concat([...pageOf(0, 0n, 4), FAILED]),
      Buffer.concat(pageOf(0, 0n, 4)),
      undefined,
    ]) {
      const { rows } = await ask((request, response, count) => {
        if (count > 0)
          response.end(Buffer.concat([...pageOf(0, start(request, 0), 10), COMPLETED]));
        else if (spoil) response.end(spoil);
        else slowDown(response);
      });
      expect(sorted(rows)).toBe(all(0));
    }
  });

  it("a reply that never makes progress, stops for too long, or is no reply at all ends in UNREACHABLE", async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => void response.end(COMPLETED),
      (response) => void response.end(FAILED),
      (response) => void response.end("no arrow in here"),
      (response) => void response.write(KEEP_ALIVE),
    ];
    for (const answer of answers)
      await expect(ask((_, response) => answer(response), {}, 300)).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
  });

  it("a query that the server refuses is not asked again", async () => {
    let count = 0;
    await expect(
      ask((_, response) => {
        count++;
        refuse(response, 404, "NoSuchKey");
      }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(count).toBe(1);
  });

  it("rebuilds nested columns from their leaves, and gives row ids of 128 bits as they are", async () => {
    const columns: [Field, Value[]][] = [
      [
        column(
          "pair",
          COLUMN_TYPES.struct([
            column("x", COLUMN_TYPES.int32()),
            column(
              "deep",
              COLUMN_TYPES.struct([
                column("y", COLUMN_TYPES.utf8()),
                column("z", COLUMN_TYPES.bool()),
              ]),
            ),
          ]),
        ),
        [{ x: 1, deep: { y: "a", z: true } }, null, { x: null, deep: null }],
      ],
      [
        column("map", COLUMN_TYPES.map(COLUMN_TYPES.utf8(), COLUMN_TYPES.float64())),
        [
          [
            ["k", 1.5],
            ["l", null],
          ],
          [],
          null,
        ],
      ],
      [
        column("list", COLUMN_TYPES.list(COLUMN_TYPES.vector(2))),
        [[Float32Array.of(1, 2)], [], null],
      ],
      [
        column("vector", COLUMN_TYPES.vector(2)),
        [Float32Array.of(1, 2), Float32Array.of(3, 4), null],
      ],
      [rowIdField(128), [(1n << 64n) + 5n, 2n, (1n << 120n) - 1n]],
    ];
    for (const batches of [1, 2]) {
      const { rows } = await ask(
        (_, response) =>
          void response.end(
            Buffer.concat([...frames({ stream: 0, next: FINISHED, columns, batches }), COMPLETED]),
          ),
        { columns: columns.map(([field]) => field) },
      );
      expect(rows).toEqual([0, 1, 2].map((i) => columns.map(([, values]) => values[i])));
    }
    expect(columns.at(-1)?.[0].name).toBe(ROW_ID);
  });

  it("that is left early stops asking", async () => {
    const { endpoint, received } = await serve(
      (request, response) =>
        void response.end(
          request.url === "/?transaction"
            ? ""
            : Buffer.concat([...pageOf(0, start(request, 0), 1), COMPLETED]),
        ),
    );
    const client = await connectClient({ endpoint, ...KEYS });
    for await (const page of query(client.session, AT, { columns: [n], splits: 1, subSplits: 1 }))
      if (page.rows > 0) break;
    client.close();
    // Ten pages there are; one request may be ahead of the reader.
    expect(received.length).toBeLessThan(5);
  });
});
