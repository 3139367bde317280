import { HttpError } from "../problem.ts";
import type { Call, Route, Services } from "../route.ts";
import type { Upload, Uploads } from "../uploads.ts";
import { refuseRestricted } from "./key-routes.ts";
import { accepted, startIndex } from "./work-routes.ts";
import { formatInstant } from "../../text/format.ts";

const toRecord = ({ id, name, sizeBytes, offset, expiresAtMs }: Upload) => ({
  id,
  name,
  sizeBytes,
  offset,
  expiresAt: formatInstant(expiresAtMs),
});

export const UPLOAD_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/v1/uploads",
    id: "createUpload",
    tag: "work",
    summary: "Begin to upload a recording or captions",
    scope: "index",
    body: "UploadRequest",
    answers: { 201: { description: "where to send the bytes", schema: "Upload" } },
    audit: "upload",
    async handle(call, services) {
      const { name, sizeBytes } = call.body as {
        readonly name: string;
        readonly sizeBytes: number;
      };
      const upload = await uploadsFor(call, services).create(name, sizeBytes);
      return {
        status: 201,
        json: toRecord(upload),
        headers: { Location: `/v1/uploads/${upload.id}`, "Upload-Offset": "0" },
      };
    },
  },
  {
    method: "get",
    path: "/v1/uploads/{id}",
    id: "readUpload",
    tag: "work",
    summary: "Tell how much of an upload has arrived",
    scope: "index",
    answers: { 200: { description: "the upload", schema: "Upload" } },
    async handle(call, services) {
      const upload = await uploadsFor(call, services).get(call.params["id"] ?? "");
      return { json: toRecord(upload), headers: { "Upload-Offset": String(upload.offset) } };
    },
  },
  {
    method: "patch",
    path: "/v1/uploads/{id}",
    id: "appendUpload",
    tag: "work",
    summary: "Send bytes of an upload, from Upload-Offset on; the last ones have it indexed",
    scope: "index",
    takesBytes: true,
    answers: {
      200: { description: "more is to come", schema: "Upload" },
      202: { description: "the file is whole and will be indexed", schema: "Job" },
    },
    async handle(call, services) {
      const uploads = uploadsFor(call, services);
      const { request, identity, params } = call;
      const offset = request.headers.get("upload-offset");
      if (offset === null || !/^\d{1,15}$/.test(offset))
        throw new HttpError(400, "USAGE", "Upload-Offset: must say where the bytes belong");
      const { upload, path } = await uploads.append(
        params["id"] ?? "",
        Number(offset),
        request.body,
      );
      if (path !== undefined) return accepted(startIndex(services, identity, [path], []), identity);
      return { json: toRecord(upload), headers: { "Upload-Offset": String(upload.offset) } };
    },
  },
  {
    method: "delete",
    path: "/v1/uploads/{id}",
    id: "deleteUpload",
    tag: "work",
    summary: "Give an upload up",
    scope: "index",
    answers: { 204: { description: "it is gone" } },
    async handle(call, services) {
      const uploads = uploadsFor(call, services);
      await uploads.get(call.params["id"] ?? "");
      await uploads.remove(call.params["id"] ?? "");
      return new Response(null, { status: 204 });
    },
  },
];

/** @throws HttpError 403 where the operator named no folder for uploads. */
function uploadsFor({ identity }: Call, { uploads }: Services): Uploads {
  refuseRestricted(identity.filters);
  if (uploads) return uploads;
  throw new HttpError(403, "CREDENTIALS", "this server takes no uploads", {
    hint: "the server's SERVE_UPLOADS names the folder that they go to",
  });
}
