import { ARCHIVE_CASES } from "./archive.contract.ts";
import type { ArchivedTranscript } from "./archive.ts";
import type { Library } from "./library.ts";
import { describeLibraryContract, type PlantedBugs } from "./suite.contract.ts";

/** What a careless archive would do; each breaks one law. */
const BUGS: PlantedBugs<Library> = {
  "archives nothing": () => ({ archive: { list: async () => [] } }),
  "archives words only": (library) => ({
    archive: {
      async *read() {
        for await (const one of library.archive.read())
          yield {
            ...one,
            segments: one.segments.map((segment) => ({ ...segment, speaker: null })),
          };
      },
    },
  }),
  "adds an archived version again and again": (library) => {
    const more: ArchivedTranscript[] = [];
    return {
      archive: {
        add: async (version) => void more.push(version),
        async *read() {
          yield* library.archive.read();
          yield* more;
        },
      },
    };
  },
  "keeps what was removed of a file": () => ({ archive: { remove: async () => {} } }),
  "purges nothing": () => ({ archive: { purge: async () => 0 } }),
};

describeLibraryContract("archive", ARCHIVE_CASES, BUGS);
