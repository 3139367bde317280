import type { Identity } from "../app/access/identity.ts";
import { MediasearchError } from "../errors.ts";
import { isRemote } from "../location.ts";
import { sightOf } from "./authenticate.ts";
import type { Services } from "./route.ts";

/**
 * Where a recording is on the server's own disks: waveforms, pictures, pieces and clips are made
 * of nothing else.
 * @throws UNREADABLE_MEDIA for one in an object store or behind a link.
 */
export async function locateOnDisk(
  fileId: string,
  identity: Identity,
  { reads }: Pick<Services, "reads">,
) {
  const found = await reads.run("locate", sightOf(identity), { fileId });
  if (isRemote(found.location))
    throw new MediasearchError("UNREADABLE_MEDIA", `${fileId}: is not on this machine`, {
      subject: fileId,
      hint: "waveforms, pictures and clips are made of files of the server's own disks",
    });
  return found;
}
