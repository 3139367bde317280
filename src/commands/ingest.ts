import type { FileStat } from "../backends/backend.ts";
import { ERRORS, MediasearchError } from "../errors.ts";
import { pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { Candidate } from "../pipeline/scan/candidate.ts";
import { scan } from "../pipeline/scan/scan.ts";
import type { Location } from "../location.ts";
import { type FlagsOf, hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { INGEST } from "../cli/specs/indexing.ts";
import { displayPath } from "../app/display-path.ts";

interface Failed {
  readonly file: string;
  readonly reason: string;
}

export const run: Command<typeof INGEST> = async (paths, flags, context) => {
  const { io } = context;
  if (paths.length === 0)
    throw new MediasearchError("USAGE", "nothing to register: no paths given", {
      hint: "mediasearch ingest FOLDER",
    });
  const roots = paths.map((path) => context.place(path));
  const failed: Failed[] = [];
  const found = await findFiles(roots, failed, flags, context);
  const to = flags.to;
  const sent = to === undefined ? undefined : await send(found, roots, to, failed, flags, context);
  const assets = sent
    ? sent.flatMap(({ asset }) => asset ?? [])
    : found.map(({ path, sizeBytes, mtimeMs }) => ({ id: path, sizeBytes, mtimeMs }));
  const dryRun = hasFlag(flags, "dryRun");
  const registered = dryRun ? 0 : await register(assets, context);
  const files = sent
    ? sent.map(({ place }) => place)
    : found.map(({ path }) => displayPath(path, io.cwd));
  if (hasFlag(flags, "json")) {
    const uploads = sent
      ? {
          uploads: sent.map(({ from, place, outcome }) => ({
            from: displayPath(from, io.cwd),
            to: place,
            outcome,
          })),
        }
      : {};
    io.stdout.write(
      `${JSON.stringify({ version: 1, found: files.length, registered, dryRun, files, failed, ...uploads })}\n`,
    );
  } else {
    if (dryRun) for (const file of files) io.stdout.write(`${stripControls(file)}\n`);
    for (const { reason } of failed) io.stderr.write(`failed: ${stripControls(reason)}\n`);
    if (sent && !dryRun)
      io.stderr.write(
        `uploaded ${pluralize(sent.filter(({ outcome }) => outcome === "uploaded").length, "file")}, ${sent.filter(({ outcome }) => outcome === "present").length} there already\n`,
      );
    io.stderr.write(
      dryRun
        ? `would ${sent ? "upload" : "register"} ${pluralize(files.length, "file")}\n`
        : `registered ${registered} new of ${pluralize(assets.length, "file")}; next: mediasearch index\n`,
    );
  }
  return failed.length > 0 ? ERRORS.PARTIAL.exit : 0;
};

async function findFiles(
  roots: readonly Location[],
  failed: Failed[],
  flags: FlagsOf<typeof INGEST>,
  { io, config, openSources }: CommandContext,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const options = {
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    language: config.settings.language,
    signal: io.signal,
  };
  for await (const item of scan(roots, await openSources(), options)) {
    if (item.type === "file") found.push(item.file);
    else failed.push({ file: displayPath(item.path, io.cwd), reason: item.error.message });
  }
  return found;
}

async function send(
  files: readonly Candidate[],
  roots: readonly Location[],
  to: string,
  failed: Failed[],
  flags: FlagsOf<typeof INGEST>,
  context: CommandContext,
) {
  const { upload } = await import("../app/indexing/upload.ts");
  return upload(
    files,
    roots,
    context.place(to),
    {
      dryRun: hasFlag(flags, "dryRun"),
      overwrite: hasFlag(flags, "force"),
      onFailure: (file, { message, hint }) =>
        void failed.push({
          file: displayPath(file, context.io.cwd),
          reason: hint === undefined ? message : `${message} (${hint})`,
        }),
    },
    context,
  );
}

async function register(
  files: readonly ({ readonly id: Location } & FileStat)[],
  context: CommandContext,
): Promise<number> {
  const backend = await context.openBackend(true);
  try {
    return await backend.store.register(files);
  } finally {
    await backend.close();
  }
}
