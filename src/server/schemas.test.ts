import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { ROUTES } from "./routes.ts";
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

describe("the shapes of the API", () => {
  it("are JSON Schema of their draft, since a server that starts does not check them", () => {
    const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
    for (const [name, shape] of Object.entries(readShapes()))
      expect(ajv.validateSchema(shape), `${name}: ${ajv.errorsText()}`).toBe(true);
    for (const { id, query = {} } of ROUTES)
      for (const [name, { schema }] of Object.entries(query))
        expect(ajv.validateSchema(schema as object), `${id} ${name}`).toBe(true);
  });
});
