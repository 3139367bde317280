import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Backend } from "./backend.ts";
import type { Library } from "./library.ts";
import type { LibraryCase } from "./library-case.contract.ts";
import { LIBRARY_CASES } from "./library.contract.ts";
import { openBackend } from "./registry.ts";

/** Opens an empty library of each backend that needs no server. */
export const OPENERS: Readonly<Record<string, () => Promise<Backend>>> = {
  memory: () => openBackend("memory", { path: "", create: true }),
  async local() {
    const folder = mkdtempSync(join(tmpdir(), "mediasearch-contract-"));
    const backend = await openBackend("local", {
      path: join(folder, "library.sqlite"),
      create: true,
    });
    return {
      ...backend,
      close: async () => {
        await backend.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

/** Some members of some parts of a library, which take the place of its own. */
export type PartsOf<T> = { readonly [Part in keyof T]?: Partial<T[Part]> };

/**
 * Breaks laws on purpose: given what works, returns what a careless implementation would have
 * instead.
 */
export type PlantedBugs<T> = Readonly<Record<string, (working: T) => PartsOf<T>>>;

interface ContractCase<T> {
  readonly law: string;
  readonly run: (subject: T) => Promise<void>;
}

/**
 * Runs the cases of one part of a library, and proves that each planted bug breaks a case of that
 * part.
 */
export function describeLibraryContract(
  part: string,
  cases: readonly LibraryCase[],
  bugs: PlantedBugs<Library>,
): void {
  describeContract(part, cases, bugs, selectLibrary);

  it(`the bugs of the ${part} leave most laws of a library whole`, async () => {
    const all = Object.values(LIBRARY_CASES).flat();
    for (const plant of Object.values(bugs))
      expect((await brokenBy(plant, all, selectLibrary)).length).toBeLessThan(all.length);
  });
}

/** The same for whatever `select` takes of a backend. */
export function describeContract<T extends object>(
  part: string,
  cases: readonly ContractCase<T>[],
  bugs: PlantedBugs<T>,
  select: (backend: Backend) => T,
): void {
  for (const [name, open] of Object.entries(OPENERS))
    describe(`the ${part} of the ${name} backend`, () => {
      for (const { law, run } of cases)
        it(law, async () => {
          const backend = await open();
          try {
            await run(select(backend));
          } finally {
            await backend.close();
          }
        });
    });

  describe(`the contract of the ${part} catches one that`, () => {
    for (const [bug, plant] of Object.entries(bugs))
      it(bug, async () => {
        expect((await brokenBy(plant, cases, select)).length).toBeGreaterThan(0);
      });
  });
}

/** The laws that a bug breaks. */
async function brokenBy<T extends object>(
  plant: PlantedBugs<T>[string],
  cases: readonly ContractCase<T>[],
  select: (backend: Backend) => T,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { law, run } of cases) {
    const working = select(await openBackend("memory", { path: "", create: true }));
    await run(replaceMembers(working, plant(working))).catch(() => broken.push(law));
  }
  return broken;
}

const selectLibrary = ({ library }: Backend): Library => library;

function replaceMembers<T extends object>(working: T, parts: PartsOf<T>): T {
  const names = Object.keys(parts) as (keyof T)[];
  return {
    ...working,
    ...Object.fromEntries(names.map((name) => [name, { ...working[name], ...parts[name] }])),
  };
}
