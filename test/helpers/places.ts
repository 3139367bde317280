import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What tests keep from one run to the next lies inside the checkout, never in the user's folders.
 */
const KEPT = join(ROOT, "node_modules/.cache/mediasearch-tests");

/** Where the recognition models of the tests are kept. */
export const MODEL_CACHE = join(KEPT, "models");

/**
 * Takes the place of the user's own environment in every test and in what tests start. The settings
 * name the folders on every system, the XDG variables those that libraries choose by themselves on
 * Linux.
 */
export const PLACES: Readonly<Record<string, string>> = {
  MEDIASEARCH_CACHE: MODEL_CACHE,
  REPLICA_FOLDER: join(KEPT, "replica"),
  XDG_CACHE_HOME: join(KEPT, "cache"),
  XDG_CONFIG_HOME: join(KEPT, "config"),
  XDG_DATA_HOME: join(KEPT, "data"),
  XDG_STATE_HOME: join(KEPT, "state"),
  npm_config_cache: join(KEPT, "npm"),
};
