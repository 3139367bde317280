import type { AssetId, Backend } from "../backends/backend.ts";
import { withLease } from "../backends/lease.ts";
import { MediasearchError } from "../errors.ts";
import { pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import { anyFileMatcher } from "../text/file-filter.ts";
import { renameSpeakers } from "../transfer/rename-speakers.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { SPEAKERS } from "../cli/specs/library.ts";
import { displayPath } from "../app/display-path.ts";

export const run: Command<typeof SPEAKERS> = async (
  [action = "list", ...names],
  flags,
  context,
) => {
  const { io } = context;
  const pattern = flags.file;
  const wants = await anyFileMatcher(pattern === undefined ? [] : [pattern], io.cwd);
  const into = flags.into;
  if (action === "rename" && names.length !== 2)
    throw new MediasearchError("USAGE", "speakers rename: which speaker, and to what name?", {
      hint: 'mediasearch speakers rename "Speaker 1" "Ada Moreau" --file talk.mp3',
    });
  if (action === "merge" && (names.length === 0 || into === undefined))
    throw new MediasearchError("USAGE", "speakers merge: which speakers, and into what name?", {
      hint: 'mediasearch speakers merge "A. Moreau" Ada --into "Ada Moreau"',
    });
  const backend = await context.openBackend(false);
  try {
    if (action === "list") return await list(backend, wants, hasFlag(flags, "json"), context);
    const [from, to] =
      action === "rename" ? [names.slice(0, 1), names[1] ?? ""] : [names, into ?? ""];
    if (to.trim() === "")
      throw new MediasearchError("USAGE", "a speaker needs a name", {
        hint: "mediasearch speakers list",
      });
    return await rename(backend, { from, to: to.trim(), wants }, hasFlag(flags, "json"), context);
  } finally {
    await backend.close();
  }
};

async function list(
  { store }: Backend,
  wants: (id: AssetId) => boolean,
  asJson: boolean,
  { io }: CommandContext,
): Promise<number> {
  const files = new Map<string, string[]>();
  for await (const asset of store.listAssets()) {
    if (asset.state === "deleted" || !wants(asset.id)) continue;
    for (const name of asset.speakers)
      files.set(name, [...(files.get(name) ?? []), displayPath(asset.id, io.cwd)]);
  }
  const speakers = [...files]
    .map(([speaker, all]) => ({ speaker, files: all }))
    .toSorted((a, b) => b.files.length - a.files.length || (a.speaker < b.speaker ? -1 : 1));
  if (asJson) io.stdout.write(`${JSON.stringify({ version: 1, speakers })}\n`);
  else
    for (const { speaker, files: all } of speakers)
      io.stdout.write(
        `${stripControls(speaker)}  ${pluralize(all.length, "file")}: ${all.slice(0, 3).map(stripControls).join(", ")}${all.length > 3 ? ", …" : ""}\n`,
      );
  if (speakers.length === 0)
    io.stderr.write("no speakers are known; captions name them, and some recognisers do\n");
  return 0;
}

async function rename(
  backend: Backend,
  renaming: Parameters<typeof renameSpeakers>[1],
  asJson: boolean,
  { io }: CommandContext,
): Promise<number> {
  const { store, ledger } = backend;
  const done = await withLease(ledger, async () =>
    Array.fromAsync(renameSpeakers(store, renaming, await store.identity())),
  );
  if (done.length === 0)
    throw new MediasearchError("NOT_FOUND", `nobody is called ${renaming.from.join(" or ")}`, {
      subject: renaming.from[0],
      hint: "mediasearch speakers list",
    });
  if (asJson)
    io.stdout.write(
      `${JSON.stringify({ version: 1, to: renaming.to, files: done.map(({ id, segments }) => ({ file: displayPath(id, io.cwd), segments })) })}\n`,
    );
  else
    io.stderr.write(
      `${stripControls(renaming.to)}: ${pluralize(
        done.reduce((sum, { segments }) => sum + segments, 0),
        "segment",
      )} in ${pluralize(done.length, "file")}\n`,
    );
  return 0;
}
