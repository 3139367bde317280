import type { Embedder } from "../../embed/embedder.ts";
import { refuseOtherModel } from "../../embedding-model.ts";
import type { EditTools } from "../../transfer/edit-transcript.ts";
import type { Context } from "../context.ts";

/**
 * Opens what changes to transcripts need, and closes it whatever happens. The embedding model is
 * loaded only for words that are new; it must be that of the library.
 */
export async function withEditTools<T>(
  context: Context,
  create: boolean,
  act: (tools: EditTools) => Promise<T>,
): Promise<T> {
  const { signal, tell } = context;
  const backend = await context.openBackend(create);
  const { library, records } = backend;
  let embedder: Promise<Embedder> | undefined;
  const open = async (): Promise<Embedder> => {
    const stored = await library.embeddings.model();
    const ofLibrary = await context.forLibrary(stored);
    refuseOtherModel(stored, await ofLibrary.identifyEmbedder());
    return ofLibrary.openEmbedder();
  };
  try {
    return await act({
      library,
      records,
      model: await library.embeddings.model(),
      async embed(segments) {
        const { embedInContext } = await import("../../embed/passages.ts");
        const opened = await (embedder ??= open());
        return embedInContext(segments, opened, { signal });
      },
    });
  } finally {
    tell({ type: "idle" });
    await (await embedder?.catch(() => undefined))?.close();
    await backend.close();
  }
}
