import type { FileStat } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import { ERRORS, MediasearchError } from "../errors.ts";
import { count, plain } from "../output.ts";
import type { Candidate } from "../pipeline/candidate.ts";
import { scan } from "../pipeline/scan.ts";
import type { Place } from "../place.ts";
import { type Command, type Flags, isOn, list, text } from "./command.ts";
import { showPath } from "./show-path.ts";

interface Failed {
  readonly file: string;
  readonly reason: string;
}

export const run: Command = async (paths, flags, context) => {
  const { io } = context;
  if (paths.length === 0)
    throw new MediasearchError("USAGE", "nothing to register: no paths given", {
      hint: "mediasearch ingest FOLDER",
    });
  const roots = paths.map((path) => context.place(path));
  const failed: Failed[] = [];
  const found = await findFiles(roots, failed, flags, context);
  const to = text(flags, "to");
  const sent = to === undefined ? undefined : await send(found, roots, to, failed, flags, context);
  const assets = sent
    ? sent.flatMap(({ asset }) => asset ?? [])
    : found.map(({ path, sizeBytes, mtimeMs }) => ({ id: path, sizeBytes, mtimeMs }));
  const dryRun = isOn(flags, "dryRun");
  const registered = dryRun ? 0 : await register(assets, context);
  const files = sent
    ? sent.map(({ place }) => place)
    : found.map(({ path }) => showPath(path, io.cwd));
  if (isOn(flags, "json")) {
    const uploads = sent
      ? {
          uploads: sent.map(({ from, place, outcome }) => ({
            from: showPath(from, io.cwd),
            to: place,
            outcome,
          })),
        }
      : {};
    io.stdout.write(
      `${JSON.stringify({ version: 1, found: files.length, registered, dryRun, files, failed, ...uploads })}\n`,
    );
  } else {
    if (dryRun) for (const file of files) io.stdout.write(`${plain(file)}\n`);
    for (const { reason } of failed) io.stderr.write(`failed: ${plain(reason)}\n`);
    if (sent && !dryRun)
      io.stderr.write(
        `uploaded ${count(sent.filter(({ outcome }) => outcome === "uploaded").length, "file")}, ${sent.filter(({ outcome }) => outcome === "present").length} there already\n`,
      );
    io.stderr.write(
      dryRun
        ? `would ${sent ? "upload" : "register"} ${count(files.length, "file")}\n`
        : `registered ${registered} new of ${count(assets.length, "file")}; next: mediasearch index\n`,
    );
  }
  return failed.length > 0 ? ERRORS.PARTIAL.exit : 0;
};

async function findFiles(
  roots: readonly Place[],
  failed: Failed[],
  flags: Flags,
  { io, config, openObjects }: Context,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const options = {
    include: list(flags, "include"),
    exclude: list(flags, "exclude"),
    language: config.settings.language,
    signal: io.signal,
    objects: openObjects,
  };
  for await (const item of scan(roots, options)) {
    if (item.type === "file") found.push(item.file);
    else failed.push({ file: showPath(item.path, io.cwd), reason: item.error.message });
  }
  return found;
}

async function send(
  files: readonly Candidate[],
  roots: readonly Place[],
  to: string,
  failed: Failed[],
  flags: Flags,
  context: Context,
) {
  const { upload } = await import("./ingest-upload.ts");
  return upload(
    files,
    roots,
    context.place(to),
    {
      dryRun: isOn(flags, "dryRun"),
      overwrite: isOn(flags, "force"),
      onFailure: (file, { message, hint }) =>
        void failed.push({
          file: showPath(file, context.io.cwd),
          reason: hint === undefined ? message : `${message} (${hint})`,
        }),
    },
    context,
  );
}

async function register(
  files: readonly ({ readonly id: Place } & FileStat)[],
  context: Context,
): Promise<number> {
  const backend = await context.openBackend(true);
  try {
    return await backend.store.register(files);
  } finally {
    await backend.close();
  }
}
