import { ERRORS, MediasearchError } from "../errors.ts";
import { count, plain } from "../output.ts";
import { scan } from "../pipeline/scan.ts";
import { type Command, isOn, list } from "./command.ts";
import { showPath } from "./show-path.ts";

export const run: Command = async (paths, flags, context) => {
  const { io, config } = context;
  if (paths.length === 0) throw new MediasearchError("USAGE", "nothing to register: no paths given", { hint: "mediasearch ingest FOLDER" });
  const dryRun = isOn(flags, "dryRun");
  const asJson = isOn(flags, "json");
  const found: { id: string; sizeBytes: number; mtimeMs: number }[] = [];
  const failed: { file: string; reason: string }[] = [];
  const options = { include: list(flags, "include"), exclude: list(flags, "exclude"), language: config.settings.language, signal: io.signal, objects: () => context.openObjects() };
  for await (const item of scan(paths.map((path) => context.place(path)), options)) {
    if (item.type === "file") found.push({ id: item.file.path, sizeBytes: item.file.sizeBytes, mtimeMs: item.file.mtimeMs });
    else failed.push({ file: showPath(item.path, io.cwd), reason: item.error.message });
  }
  const registered = dryRun ? 0 : await register(found, context);
  const files = found.map(({ id }) => showPath(id, io.cwd));
  if (asJson) io.stdout.write(`${JSON.stringify({ version: 1, found: files.length, registered, dryRun, files, failed })}\n`);
  else {
    if (dryRun) for (const file of files) io.stdout.write(`${plain(file)}\n`);
    for (const { reason } of failed) io.stderr.write(`failed: ${plain(reason)}\n`);
    io.stderr.write(dryRun ? `would register ${count(files.length, "file")}\n` : `registered ${registered} new of ${count(files.length, "file")}; next: mediasearch index\n`);
  }
  return failed.length > 0 ? ERRORS.PARTIAL.exit : 0;
};

async function register(files: readonly { id: string; sizeBytes: number; mtimeMs: number }[], context: Parameters<Command>[2]): Promise<number> {
  const backend = await context.openBackend(true);
  try {
    return await backend.store.register(files);
  } finally {
    await backend.close();
  }
}
