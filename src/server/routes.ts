import type { Route } from "./route.ts";
import { FILE_ROUTES } from "./routes/file-routes.ts";
import { KEY_ROUTES } from "./routes/key-routes.ts";
import { SEARCH_ROUTES } from "./routes/search-routes.ts";
import { SERVICE_ROUTES } from "./routes/service-routes.ts";
import { SESSION_ROUTES } from "./routes/session-routes.ts";

/** Every operation of the API. Their order decides which of two that fit a path answers. */
export const ROUTES: readonly Route[] = [
  ...SERVICE_ROUTES,
  ...SESSION_ROUTES,
  ...SEARCH_ROUTES,
  ...FILE_ROUTES,
  ...KEY_ROUTES,
];
