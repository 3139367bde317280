import { count, duration } from "../output.ts";
import { type Command, isOn, text } from "./command.ts";
import { move } from "./migrate-move.ts";
import { retranscribe } from "./migrate-retranscribe.ts";
import { reembed } from "./migrate-reembed.ts";
import { costOf } from "./migrate-plan.ts";

export const run: Command = async (_args, flags, context) => {
  if (text(flags, "to") !== undefined) return move(flags, context);
  if (isOn(flags, "retranscribe")) return retranscribe(flags, context);
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const { store } = backend;
    const schema = backend.schema();
    const stored = await store.identity();
    const present = await context.embedderIdentity();
    const { segments } = await store.counts();
    const isReembedding = isOn(flags, "reembed");
    if (isReembedding) await reembed(backend, present, context);
    const cost = await costOf(backend, () => true);
    const state = {
      schema,
      embedder: isReembedding ? present.embedder : (stored?.embedder ?? null),
      presentEmbedder: present.embedder,
      segments,
      reembedded: isReembedding,
      toMove: cost,
    };
    if (isOn(flags, "json")) io.stdout.write(`${JSON.stringify({ version: 1, ...state })}\n`);
    else {
      io.stdout.write(
        `schema     ${schema.current} (newest: ${schema.newest})\nembedding  ${state.embedder ?? "none yet"}\n`,
      );
      if (isReembedding) io.stdout.write(`embedded ${count(segments, "segment")} anew\n`);
      else if (stored && stored.embedder !== present.embedder)
        io.stdout.write(
          `to do      mediasearch migrate --reembed (${count(segments, "segment")})\n`,
        );
      else io.stdout.write("to do      nothing\n");
      io.stdout.write(
        `to move    ${count(cost.files, "file")}, ${duration(cost.durationMs)} of audio, ${count(cost.segments, "segment")}, about ${duration(cost.estimatedMs)}: mediasearch migrate --to vast --dry-run\n`,
      );
    }
    return 0;
  } finally {
    await backend.close();
  }
};
