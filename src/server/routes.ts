import type { Route } from "./route.ts";
import { ADMIN_ROUTES } from "./routes/admin-routes.ts";
import { BUCKET_EVENT_ROUTES } from "./routes/bucket-event-routes.ts";
import { CLIP_ROUTES } from "./routes/clip-routes.ts";
import { EDIT_ROUTES } from "./routes/edit-routes.ts";
import { EVENT_ROUTES } from "./routes/event-routes.ts";
import { FILE_ROUTES } from "./routes/file-routes.ts";
import { KEY_ROUTES } from "./routes/key-routes.ts";
import { LABEL_ROUTES } from "./routes/label-routes.ts";
import { MCP_ROUTES } from "./routes/mcp-routes.ts";
import { RENDITION_ROUTES } from "./routes/rendition-routes.ts";
import { SEARCH_ROUTES } from "./routes/search-routes.ts";
import { SERVICE_ROUTES } from "./routes/service-routes.ts";
import { SESSION_ROUTES } from "./routes/session-routes.ts";
import { UPLOAD_ROUTES } from "./routes/upload-routes.ts";
import { WEBHOOK_ROUTES } from "./routes/webhook-routes.ts";
import { WORK_ROUTES } from "./routes/work-routes.ts";

/** Every operation of the API. Their order decides which of two that fit a path answers. */
export const ROUTES: readonly Route[] = [
  ...SERVICE_ROUTES,
  ...SESSION_ROUTES,
  ...SEARCH_ROUTES,
  ...FILE_ROUTES,
  ...RENDITION_ROUTES,
  ...EDIT_ROUTES,
  ...LABEL_ROUTES,
  ...WORK_ROUTES,
  ...CLIP_ROUTES,
  ...UPLOAD_ROUTES,
  ...EVENT_ROUTES,
  ...BUCKET_EVENT_ROUTES,
  ...KEY_ROUTES,
  ...WEBHOOK_ROUTES,
  ...MCP_ROUTES,
  ...ADMIN_ROUTES,
];
