import { formatJson, pluralize, formatDuration } from "../../text/format.ts";
import { hasFlag } from "../../cli/flags.ts";
import { type Command } from "../../cli/command.ts";
import type { MIGRATE_SPEC } from "../../cli/specs/library.ts";
import { move } from "./move.ts";
import { retranscribe } from "./retranscribe.ts";
import { reembed } from "../../app/library/reembed.ts";
import { estimateMove } from "../../app/library/estimate.ts";
import { stripControls } from "../../text/strip-controls.ts";

export const run: Command<typeof MIGRATE_SPEC> = async (_args, flags, context) => {
  if (flags.to !== undefined) return move(flags.to, flags, context);
  if (hasFlag(flags, "retranscribe")) return retranscribe(flags, context);
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const { library } = backend;
    const schema = backend.schema();
    const stored = await library.embeddings.model();
    const present = await context.identifyEmbedder();
    const { segments } = await library.catalog.counts();
    const isReembedding = hasFlag(flags, "reembed") && !hasFlag(flags, "dryRun");
    if (isReembedding) await reembed(backend, present, context);
    const cost = await estimateMove(backend, () => true);
    const state = {
      schema,
      embedder: isReembedding ? present.embedder : (stored?.embedder ?? null),
      presentEmbedder: present.embedder,
      segments,
      reembedded: isReembedding,
      toMove: cost,
    };
    if (hasFlag(flags, "json")) io.stdout.write(`${formatJson({ version: 1, ...state })}\n`);
    else {
      io.stdout.write(
        `schema     ${schema.current} (newest: ${schema.newest})\nembedding  ${stripControls(state.embedder ?? "none yet")}\n`,
      );
      if (isReembedding) io.stdout.write(`embedded ${pluralize(segments, "segment")} anew\n`);
      else if (hasFlag(flags, "reembed"))
        io.stdout.write(`would embed ${pluralize(segments, "segment")} anew\n`);
      else if (stored && stored.embedder !== present.embedder)
        io.stdout.write(
          `to do      mediasearch migrate --reembed (${pluralize(segments, "segment")})\n`,
        );
      else io.stdout.write("to do      nothing\n");
      io.stdout.write(
        `to move    ${pluralize(cost.files, "file")}, ${formatDuration(cost.durationMs)} of audio, ${pluralize(cost.segments, "segment")}, about ${formatDuration(cost.estimatedMs)}: mediasearch migrate --to vast --dry-run\n`,
      );
    }
    return 0;
  } finally {
    await backend.close();
  }
};
