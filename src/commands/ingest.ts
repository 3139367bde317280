import { displayPath, fileNames } from "../app/display-path.ts";
import { registerFiles, type Registration } from "../app/indexing/register.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { INGEST_SPEC } from "../cli/specs/indexing.ts";
import { ERRORS, MediasearchError } from "../errors.ts";
import { formatJson, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof INGEST_SPEC> = async (paths, flags, context) => {
  if (paths.length === 0)
    throw new MediasearchError("USAGE", "nothing to register: no paths given", {
      hint: "mediasearch ingest FOLDER",
    });
  const dryRun = hasFlag(flags, "dryRun");
  const registration = await registerFiles(context, {
    locations: paths.map((path) => context.toLocation(path)),
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    dryRun,
    uploadTo: flags.to === undefined ? undefined : context.toLocation(flags.to),
    overwrite: hasFlag(flags, "force"),
  });
  const print = hasFlag(flags, "json") ? printJson : printRegistration;
  print(registration, dryRun, context);
  return registration.failed.length > 0 ? ERRORS.PARTIAL.exit : 0;
};

/** Where each file is from now on. */
const registeredFiles = ({ found, uploads }: Registration): readonly string[] =>
  uploads ? uploads.map(({ location }) => location) : found;

const failuresOf = ({ failed }: Registration, cwd: string) =>
  failed.map(({ file, step, error: { message, hint } }) => ({
    ...fileNames(file, cwd),
    reason: step === "upload" && hint !== undefined ? `${message} (${hint})` : message,
  }));

function printJson(registration: Registration, dryRun: boolean, { io }: CommandContext): void {
  const { registered, uploads } = registration;
  const files = registeredFiles(registration);
  const record = {
    version: 1,
    found: files.length,
    registered,
    dryRun,
    files,
    failed: failuresOf(registration, io.cwd),
    ...(uploads && {
      uploads: uploads.map(({ from, location, outcome }) => ({
        from,
        to: location,
        outcome,
      })),
    }),
  };
  io.stdout.write(`${formatJson(record)}\n`);
}

function printRegistration(
  registration: Registration,
  dryRun: boolean,
  { io, hint }: CommandContext,
): void {
  const { registered, given, uploads } = registration;
  const files = registeredFiles(registration);
  if (dryRun)
    for (const file of files) io.stdout.write(`${stripControls(displayPath(file, io.cwd))}\n`);
  for (const { reason } of failuresOf(registration, io.cwd))
    io.stderr.write(`failed: ${stripControls(reason)}\n`);
  if (dryRun) {
    const verb = uploads ? "upload" : "register";
    io.stderr.write(`would ${verb} ${pluralize(files.length, "file")}\n`);
    return;
  }
  if (uploads) {
    const count = (wanted: string): number =>
      uploads.filter(({ outcome }) => outcome === wanted).length;
    io.stderr.write(
      `uploaded ${pluralize(count("uploaded"), "file")}, ${count("present")} there already\n`,
    );
  }
  io.stderr.write(
    `registered ${registered} new of ${pluralize(given, "file")}; ${hint("next: mediasearch index")}\n`,
  );
}
