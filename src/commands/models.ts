import { ERRORS, MediasearchError } from "../errors.ts";
import { modelProvider } from "../app/model-provider.ts";
import { listModels, verifyModels } from "../models/store.ts";
import { formatJson, formatBytes } from "../text/format.ts";
import { styler } from "../terminal/style.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { MODELS_SPEC } from "../cli/specs/machine.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof MODELS_SPEC> = async (
  [action = "list", ...names],
  flags,
  context,
) => {
  const { config, status } = context;
  const places = { cacheDir: config.settings.modelCache, modelsDir: config.settings.modelsDir };
  const asJson = hasFlag(flags, "json");
  if (names.length > 0 && action !== "pull")
    throw new MediasearchError("USAGE", "names of models go with pull only", {
      subject: names[0],
      hint: `mediasearch models pull ${names.join(" ")}`,
    });
  if (action === "verify") return verify(places, asJson, context);
  if (action === "pull") {
    const provide = modelProvider(config.settings, context, true);
    for (const id of chosenModels(await listModels(places), names)) await provide(id);
    status.end();
  }
  const models = await listModels(places);
  if (asJson)
    context.io.stdout.write(`${formatJson({ version: 1, cache: places.cacheDir, models })}\n`);
  else if (action === "path") printPaths(models, places, context);
  else printModels(models, context);
  return 0;
};

/** Those that are named; without names, all that the program needs. */
function chosenModels(models: Models, names: readonly string[]): readonly string[] {
  const ids = models.map(({ id }) => id);
  const unknown = names.find((name) => !ids.includes(name));
  if (unknown !== undefined)
    throw new MediasearchError("USAGE", `no model is called ${unknown}`, {
      subject: unknown,
      hint: "mediasearch models list shows their names",
    });
  return names.length > 0
    ? names
    : models.filter(({ isOptional }) => !isOptional).map(({ id }) => id);
}

type Places = Parameters<typeof listModels>[0];
type Models = Awaited<ReturnType<typeof listModels>>;

async function verify(places: Places, asJson: boolean, { io }: CommandContext): Promise<number> {
  const paint = styler(io.stdout, io.env);
  const checked = await verifyModels(places);
  const bad = new Set(checked.filter(({ state }) => state !== "ok").map(({ model }) => model));
  if (asJson) io.stdout.write(`${formatJson({ version: 1, files: checked })}\n`);
  else
    for (const { model, file, state } of checked)
      io.stdout.write(
        `${paint(state === "ok" ? "green" : "red", state.padEnd(8))} ${model}/${file}\n`,
      );
  if (bad.size > 0) io.stderr.write(`next:  mediasearch models pull ${[...bad].join(" ")}\n`);
  return bad.size > 0 ? ERRORS.MISSING_MODEL.exit : 0;
}

/** The folder on standard output, for programs; the files in it on standard error. */
function printPaths(models: Models, { modelsDir, cacheDir }: Places, { io }: CommandContext): void {
  io.stdout.write(`${stripControls(modelsDir ?? cacheDir)}\n`);
  for (const { id, files } of models)
    for (const { name, sizeBytes, path } of files)
      io.stderr.write(
        `  ${id}/${name}  ${formatBytes(sizeBytes)}  ${stripControls(path ?? "not here yet")}\n`,
      );
}

function printModels(models: Models, { io }: CommandContext): void {
  const paint = styler(io.stdout, io.env);
  for (const { id, files, licence, source, isOptional } of models) {
    const isHere = files.every(({ path }) => path !== null);
    const size = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const ifAbsent = isOptional ? "optional" : "missing";
    const state = paint(isHere ? "green" : "yellow", (isHere ? "here" : ifAbsent).padEnd(8));
    io.stdout.write(
      `${state} ${id.padEnd(20)} ${(size > 0 ? formatBytes(size) : "").padStart(8)}  ${licence.padEnd(11)} ${source}\n`,
    );
  }
}
