import { describe, expect, it } from "vitest";
import { FILTERS } from "./routes/search-routes.ts";
import { readShapes } from "./schemas.ts";

describe("SearchRequest", () => {
  it("has every condition that a search by address has", () => {
    const conditions = Object.entries(FILTERS).map(([name, { schema }]) => [name, schema]);
    expect(readShapes()["SearchRequest"]).toMatchObject({
      properties: Object.fromEntries(conditions),
    });
  });
});
