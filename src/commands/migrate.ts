import { count, statusLine } from "../output.ts";
import { passageText } from "../search/passage-text.ts";
import { embedderIdentity } from "../embed/registry.ts";
import { type Command, isOn } from "./command.ts";

export const run: Command = async (_args, flags, context) => {
  const { io, config } = context;
  const backend = await context.openBackend(false);
  try {
    const { store } = backend;
    const schema = backend.schema();
    const stored = await store.identity();
    const present = await embedderIdentity(config.settings.embeddingModel);
    const { segments } = await store.counts();
    const reembed = isOn(flags, "reembed");
    if (reembed) {
      const status = statusLine(io.stderr, io.env);
      const embedder = await context.openEmbedder();
      try {
        const embed = (batch: Parameters<Parameters<typeof store.reembed>[1]>[0]) =>
          embedder.embed(batch.map(passageText), { as: "passage", signal: io.signal });
        await store.reembed(present, embed, (done, total) => status.update(`${done}/${total} segments embedded`));
      } finally {
        status.end();
        await embedder.close();
      }
    }
    const state = { schema, embedder: reembed ? present.embedder : (stored?.embedder ?? null), presentEmbedder: present.embedder, segments, reembedded: reembed };
    if (isOn(flags, "json")) io.stdout.write(`${JSON.stringify({ version: 1, ...state })}\n`);
    else {
      io.stdout.write(`schema     ${schema.current} (newest: ${schema.newest})\nembedding  ${state.embedder ?? "none yet"}\n`);
      if (reembed) io.stdout.write(`embedded ${count(segments, "segment")} anew\n`);
      else if (stored && stored.embedder !== present.embedder) io.stdout.write(`to do: mediasearch migrate --reembed (${count(segments, "segment")})\n`);
      else io.stdout.write("nothing to do\n");
    }
    return 0;
  } finally {
    await backend.close();
  }
};
