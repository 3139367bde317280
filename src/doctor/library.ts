import type { Context } from "../app/context.ts";
import { toMediasearchError } from "../errors.ts";
import { formatBytes, pluralize, formatDuration } from "../text/format.ts";
import { isOtherRecipe, isSameModel } from "../embedding-model.ts";
import { ok, type Outcome, type CheckStep } from "../check.ts";

const DEEP_TIMEOUT_MS = 3_600_000;
const LIBRARY_CHECK_MS = 60_000;

/**
 * Opens the library as every command does, runs its own check, and compares its embedding model
 * with the configured one.
 */
export function librarySteps(context: Context, deep: boolean): readonly CheckStep[] {
  return [
    {
      check: "library",
      group: "library",
      tried: "open the library and check it",
      code: "SCHEMA_MISMATCH",
      blocksOthers: true,
      timeoutMs: deep ? DEEP_TIMEOUT_MS : LIBRARY_CHECK_MS,
      async run() {
        try {
          const backend = await context.openBackend(false);
          try {
            const findings: Outcome[] = [];
            for await (const { check, status, found, hint } of backend.check({ deep }))
              if (status !== "ok") findings.push({ status, found: `${check}: ${found}`, hint });
            const stored = await backend.library.embeddings.model();
            const ofLibrary = await context.forLibrary(stored);
            const present = await ofLibrary.identifyEmbedder();
            const { settings, sources } = context.config;
            if (ofLibrary !== context && sources.searchQuality.kind !== "default")
              findings.push({
                status: "warning",
                found: `the vectors are not of SEARCH_QUALITY=${settings.searchQuality}`,
                hint: "mediasearch index   (makes them anew; the old ones answer meanwhile)",
              });
            if (stored && isOtherRecipe(stored, present))
              findings.push({
                status: "warning",
                found:
                  "an earlier mediasearch made the vectors; searches by meaning find more with new ones",
                hint: "mediasearch index   (makes them anew; the old ones answer meanwhile)",
              });
            else if (stored && !isSameModel(stored, present))
              findings.push({
                status: "failed",
                found: `made with the embedding model ${stored.embedder}, not ${present.embedder}`,
                hint: "mediasearch migrate --reembed",
                code: "MODEL_MISMATCH",
              });
            if (findings.length > 0) return findings;
            const { assets, segments, sizeBytes, durationMs } =
              await backend.library.catalog.counts();
            return ok(
              `${pluralize(assets.indexed + assets.partial, "file")} indexed, ${assets.failed} failed, ${pluralize(segments, "segment")}, ${formatDuration(durationMs)}, ${formatBytes(sizeBytes)}`,
            );
          } finally {
            await backend.close();
          }
        } catch (error) {
          const ours = toMediasearchError(error);
          // A new user has none yet: that is how it should be.
          const isNamed = context.config.sources.store.kind === "flag";
          if (ours.code === "NO_STORE" && !isNamed)
            return ok("none yet; next: mediasearch index FOLDER");
          throw ours;
        }
      },
    },
  ];
}
