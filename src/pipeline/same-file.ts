import { realpath } from "node:fs/promises";
import { isRemote, type Location } from "../location.ts";

/**
 * The one name of a file that has several: by links, or in letters of another case or another form
 * of Unicode where the file system does not tell them apart. Of what can't be looked at, and of
 * objects and links, the location itself.
 */
export const realLocation = async (location: Location): Promise<Location> =>
  isRemote(location) ? location : realpath(location).catch(() => location);

export const isSameFile = async (a: Location, b: Location): Promise<boolean> =>
  (await realLocation(a)) === (await realLocation(b));
