import { CATALOG_CASES } from "./catalog.contract.ts";
import type { Library } from "./library.ts";
import { describeLibraryContract, type PlantedBugs } from "./suite.contract.ts";

/** What a careless catalogue would do; each breaks one law. */
const BUGS: PlantedBugs<Library> = {
  "a failure hides what was there": (library) => ({
    catalog: {
      async recordFailure(file, reason) {
        await library.catalog.remove(file.id);
        await library.catalog.recordFailure(file, reason);
      },
    },
  }),
  "registering starts known files anew": (library) => ({
    catalog: {
      async register(files) {
        for (const { id } of files) await library.catalog.remove(id);
        return library.catalog.register(files);
      },
    },
  }),
  "removing leaves the words": (library) => ({ catalog: { remove: async () => void library } }),
  "removing what is absent fails": (library) => ({
    catalog: {
      async remove(id) {
        if (!(await library.catalog.get(id))) throw new Error("absent");
        await library.catalog.remove(id);
      },
    },
  }),
  "lists only the first page": (library) => ({
    catalog: {
      async *list() {
        let n = 0;
        for await (const status of library.catalog.list()) if (n++ < 500) yield status;
      },
    },
  }),
  "touch loses the fingerprint": (library) => ({
    catalog: {
      async touch(file) {
        await library.catalog.remove(file.id);
        await library.catalog.register([file]);
      },
    },
  }),
  "lists by UTF-16 order": (library) => ({
    catalog: {
      async *list() {
        const all = [];
        for await (const status of library.catalog.list()) all.push(status);
        yield* all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      },
    },
  }),
  "counts every file as one to do": (library) => ({
    catalog: {
      countRegistered: async () => (await Array.fromAsync(library.catalog.list())).length,
    },
  }),
  "goes on finding what was deleted": (library) => ({
    catalog: { markDeleted: async () => void library },
  }),
  "forgets what was deleted at once": (library) => ({
    catalog: {
      async markDeleted(ids) {
        for (const id of ids) await library.catalog.remove(id);
      },
    },
  }),
};

describeLibraryContract("catalogue", CATALOG_CASES, BUGS);
