import type { Backend } from "../../backends/backend.ts";
import type { Context } from "../context.ts";

/**
 * Does something with the library that is there, and closes it whatever happens.
 * @throws NO_STORE
 */
export async function withBackend<T>(
  context: Context,
  act: (backend: Backend) => Promise<T>,
): Promise<T> {
  const backend = await context.openBackend(false);
  try {
    return await act(backend);
  } finally {
    await backend.close();
  }
}
