import { describe, expect, it } from "vitest";
import type { Context } from "../../app/context.ts";
import type { AppEvent } from "../../app/events.ts";
import { open } from "../../backends/memory/open.ts";
import type { Sight } from "./reader.ts";
import { createReaders } from "./readers.ts";

const ALL: Sight = { filters: [], seesPaths: true, tenant: null };

describe("the readers of a thread", () => {
  it("open the library once, however many reads come before it is open", async () => {
    let opened = 0;
    const context = {
      config: { settings: { backend: "memory", store: "" } },
      async openBackend() {
        opened++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return open();
      },
    } as unknown as Pick<Context, "openBackend" | "forLibrary" | "config" | "tell">;
    const readers = createReaders(context, () => Promise.reject(new Error("no vectors here")));
    const warmed = readers.warm();
    const names = await Promise.all([
      readers.use(ALL, async ({ library }) => library.catalog.get("/a")),
      readers.use(ALL, async ({ library }) => library.catalog.get("/b")),
    ]);
    await warmed;
    await readers.close();
    expect([opened, names]).toEqual([1, [undefined, undefined]]);
  });

  it("tell once what is to be known of where searches are answered", async () => {
    const told: AppEvent[] = [];
    const context = {
      config: { settings: { backend: "memory", store: "" } },
      tell: (event: AppEvent) => void told.push(event),
      async openBackend() {
        const backend = await open();
        const view = { library: backend.library, notices: ["warning: one file is left out"] };
        return { ...backend, searchAccess: { kind: "copy", open: async () => view } };
      },
    } as unknown as Pick<Context, "openBackend" | "forLibrary" | "config" | "tell">;
    const readers = createReaders(context, () => Promise.reject(new Error("no vectors here")));
    for (let i = 0; i < 3; i++) await readers.use(ALL, async () => {});
    await readers.close();
    expect(told.filter(({ type }) => type === "search-notice")).toEqual([
      { type: "search-notice", message: "warning: one file is left out" },
    ]);
  });
});
