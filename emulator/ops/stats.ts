import { bool, finish, i64, ref, table, vector } from "../flat/writer.ts";
import { tableOf, type Handler } from "../http/call.ts";
import { byIds, rowCount, tableBytes } from "../store/table.ts";
import { sortingScore } from "./lists.ts";

/** The name for `ip` is a guess: the SDK names only the other. */
const SQL_FUNCTIONS: Readonly<Record<string, string>> = {
  l2sq: "array_distance",
  ip: "array_negative_inner_product",
};

export const tableStats: Handler = (call) => {
  const { table: of } = tableOf(call);
  const sorted = of.sortKey.length > 0;
  const body = finish((b) => {
    const addressType = b.createString("ipv4");
    let index = 0;
    if (of.vectorIndex !== undefined) {
      const { column, metric, clusterQuantization, searchQuantization } = of.vectorIndex;
      const name = byIds(of, [column])[0]?.field.name ?? "";
      const texts = [
        name,
        metric,
        SQL_FUNCTIONS[metric] ?? "",
        clusterQuantization,
        searchQuantization,
      ].map((text) => b.createString(text));
      index = table(
        b,
        5,
        texts.map((at, i) => ref(i, at)),
      );
    }
    const vips = vector(
      b,
      call.tuning.vips.map(({ address, count }) => {
        const start = b.createString(address);
        return table(b, 2, [ref(0, start), [1, (to, id) => to.addFieldInt16(id, count, 0)]]);
      }),
    );
    return table(b, 12, [
      i64(0, BigInt(rowCount(of))),
      i64(1, BigInt(tableBytes(of))),
      bool(2, of.externalIds),
      ref(3, addressType),
      ref(4, vips),
      bool(5, sorted),
      i64(6, sortingScore(sorted)),
      ref(9, index),
    ]);
  });
  return { headers: { "Content-Type": "application/octet-stream" }, body };
};
