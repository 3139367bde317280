import { ERRORS } from "../errors.ts";
import { modelProvider } from "../app/model-provider.ts";
import { listModels, verifyModels } from "../models/store.ts";
import { formatBytes } from "../text/format.ts";
import { styler } from "../terminal/style.ts";
import { hasFlag } from "../cli/flags.ts";
import { type Command } from "../cli/command.ts";
import type { MODELS } from "../cli/specs/machine.ts";

export const run: Command<typeof MODELS> = async ([action = "list"], flags, context) => {
  const { io, config, status } = context;
  const places = { cacheDir: config.settings.modelCache, modelsDir: config.settings.modelsDir };
  const asJson = hasFlag(flags, "json");
  const paint = styler(io.stdout, io.env);
  if (action === "pull") {
    const provide = modelProvider(config.settings, context);
    for (const { id } of await listModels(places)) await provide(id);
    status.end();
  }
  if (action === "verify") {
    const checked = await verifyModels(places);
    const bad = checked.filter(({ state }) => state !== "ok");
    if (asJson) io.stdout.write(`${JSON.stringify({ version: 1, files: checked })}\n`);
    else
      for (const { model, file, state } of checked)
        io.stdout.write(
          `${paint(state === "ok" ? "green" : "red", state.padEnd(8))} ${model}/${file}\n`,
        );
    if (bad.length > 0) io.stderr.write("next:  mediasearch models pull\n");
    return bad.length > 0 ? ERRORS.MISSING_MODEL.exit : 0;
  }
  const models = await listModels(places);
  if (asJson)
    io.stdout.write(`${JSON.stringify({ version: 1, cache: places.cacheDir, models })}\n`);
  else if (action === "path") {
    io.stdout.write(`${places.modelsDir ?? places.cacheDir}\n`);
    for (const { id, files } of models)
      for (const { name, sizeBytes, path } of files)
        io.stderr.write(`  ${id}/${name}  ${formatBytes(sizeBytes)}  ${path ?? "not here yet"}\n`);
  } else
    for (const { id, files, licence, source } of models) {
      const here = files.every(({ path }) => path !== null);
      const size = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      io.stdout.write(
        `${paint(here ? "green" : "yellow", (here ? "here" : "missing").padEnd(8))} ${id.padEnd(20)} ${formatBytes(size).padStart(8)}  ${licence.padEnd(11)} ${source}\n`,
      );
    }
  return 0;
};
