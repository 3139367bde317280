import type { TableStats } from "../wire/catalog.ts";
import { embeddingsTable } from "../tables.ts";
import { type SqlCondition, withLive } from "./condition.ts";
import { vectorLiteral } from "./literals.ts";
import { compareFound, FOUND_COLUMNS, type FoundSegment, joinSegment, toFound } from "./found.ts";
import type { SqlReader } from "./run.ts";

/** A function of the cluster that says how far a vector is from another one. */
export interface Distance {
  readonly name: string;
  /** The inner product of a distance, for vectors of length 1. */
  readonly toProduct: (distance: number) => number;
}

const DISTANCES: readonly Distance[] = [
  { name: "array_negative_inner_product", toProduct: (distance) => -distance },
  { name: "array_negative_dot_product", toProduct: (distance) => -distance },
];
/** The only one that the protocol names; vectors of length 1 are in the same order by it. */
const EUCLIDEAN: Distance = {
  name: "array_distance",
  toProduct: (distance) => 1 - distance ** 2 / 2,
};

/** The function that the index of a table answers, as far as it is known what it means. */
export const distanceOf = ({
  vectorIndexes: [index],
}: Pick<TableStats, "vectorIndexes">): Distance =>
  DISTANCES.find(({ name }) => name === index?.sqlFunction) ?? EUCLIDEAN;

/** The nearest of all vectors whose segments meet the condition. */
export async function nearestVectors(
  reader: SqlReader,
  vector: Float32Array,
  { name, toProduct }: Distance,
  condition: SqlCondition,
  limit: number,
): Promise<FoundSegment[]> {
  if (limit < 1) return [];
  const table = reader.name(embeddingsTable(vector.length));
  const rows = await reader.rows(
    `${withLive(reader)} SELECT ${FOUND_COLUMNS}, ${name}(r.vector, ${vectorLiteral(vector)}) AS distance
    FROM ${table} r JOIN live v ON v.version_id = r.version_id ${joinSegment(reader, condition)}
    WHERE ${condition.sql} ORDER BY distance, v.asset_id, r.position LIMIT ${Math.trunc(limit)}`,
  );
  return rows
    .map((row) => {
      const distance = Number(row["distance"]);
      return { distance, found: toFound(row, toProduct(distance)) };
    })
    .sort((a, b) => a.distance - b.distance || compareFound(a.found, b.found))
    .map(({ found }) => found);
}
