import { MediasearchError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { OpenOptions } from "../backend-module.ts";
import { open as openLibrary } from "./open.ts";
import { vastOptions } from "./options.ts";

export { checks } from "./checks.ts";

/**
 * The library that the settings name.
 * @throws what `vastOptions` and the library's `open` throw.
 */
export async function open({ host, create, openLocal }: OpenOptions): Promise<Backend> {
  if (!host)
    throw new MediasearchError("USAGE", "BACKEND=vast without the settings of a cluster", {
      subject: "VAST_ENDPOINT",
      hint: "VAST_ENDPOINT=https://CLUSTER mediasearch index FOLDER",
    });
  return openLibrary(await vastOptions(host, openLocal), create);
}
