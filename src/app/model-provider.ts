import type { Config } from "../config/resolve.ts";
import { formatBytes } from "../text/format.ts";
import type { CliStreams } from "../terminal/io.ts";
import type { StatusLine } from "../terminal/status-line.ts";

/** Finds or downloads each model once, however many workers ask, and shows the download. */
export function modelProvider(
  { settings }: Config,
  io: CliStreams,
  status: StatusLine,
): (model: string) => Promise<Record<string, string>> {
  const underWay = new Map<string, Promise<Record<string, string>>>();
  const ensure = async (model: string): Promise<Record<string, string>> => {
    const { ensureModel } = await import("../models/store.ts");
    return ensureModel(model, {
      cacheDir: settings.modelCache,
      modelsDir: settings.modelsDir,
      env: io.env,
      signal: io.signal,
      onProgress: (file, done, total) =>
        status.update(
          `downloading ${model} ${file}: ${formatBytes(done)}${total > 0 ? ` of ${formatBytes(total)}` : ""}`,
        ),
    });
  };
  return (model) => {
    const known = underWay.get(model) ?? ensure(model);
    underWay.set(model, known);
    return known;
  };
}
