import type { SegmentChange } from "../../app/library/correct-transcript.ts";
import { sightOf } from "../authenticate.ts";
import { fileIdOf } from "../file-names.ts";
import { HttpError, usageError } from "../problem.ts";
import { revisionOf } from "../reads/revision.ts";
import type { Call, Route, Services } from "../route.ts";

const CORRECTED = { 200: { description: "the new version", schema: "Corrected" } };

export const EDIT_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/speakers",
    id: "listSpeakers",
    tag: "speakers",
    summary: "List who speaks, and in which files",
    scope: "read",
    answers: { 200: { description: "those of the most files first", schema: "Speakers" } },
    handle: async ({ identity }, { reads }) => ({
      json: await reads.run("speakers", sightOf(identity), {}),
    }),
  },
  {
    method: "post",
    path: "/v1/speakers/rename",
    id: "renameSpeakers",
    tag: "speakers",
    summary: "Give speakers another name, everywhere or in some files; several are merged",
    scope: "edit",
    body: "RenameRequest",
    answers: { 200: { description: "the files that were changed", schema: "Renamed" } },
    audit: "speakers-renamed",
    async handle({ identity, body }, { reads, work }) {
      const { from, to, fileIds } = body as {
        readonly from: readonly string[];
        readonly to: string;
        readonly fileIds?: readonly string[];
      };
      refuseControls("to", to);
      const assets = await reads.run("editable", sightOf(identity), { fileIds: fileIds ?? null });
      const renamed = await work.run("rename", {
        from,
        to: to.trim(),
        locations: assets.map(({ location }) => location),
      });
      return {
        json: {
          files: renamed.map(({ id, segments }) => ({ fileId: fileIdOf(id), segments })),
        },
      };
    },
  },
  {
    method: "patch",
    path: "/v1/files/{id}/transcript",
    id: "correctTranscript",
    tag: "files",
    summary: "Correct text and speakers of a transcript, as a new version; needs If-Match",
    scope: "edit",
    body: "CorrectionRequest",
    answers: CORRECTED,
    audit: "transcript-corrected",
    async handle(call, services) {
      const { changes } = call.body as { readonly changes: readonly SegmentChange[] };
      for (const { text, speaker } of changes) {
        refuseControls("text", text ?? "");
        refuseControls("speaker", speaker ?? "");
        if (text?.trim() === "") throw usageError("text", "must say something");
      }
      const { location, fingerprint } = await presentVersion(call, services);
      const corrected = await services.work.run("correct", { location, fingerprint, changes });
      return correctedReply(call, services, corrected);
    },
  },
  {
    method: "post",
    path: "/v1/files/{id}/transcript/undo",
    id: "undoCorrection",
    tag: "files",
    summary: "Take back the last change that was made by hand; needs If-Match",
    scope: "edit",
    answers: CORRECTED,
    audit: "transcript-undone",
    async handle(call, services) {
      const { location, fingerprint } = await presentVersion(call, services);
      const restored = await services.work.run("undo", { location, fingerprint });
      return correctedReply(call, services, restored);
    },
  },
  {
    method: "get",
    path: "/v1/files/{id}/history",
    id: "readHistory",
    tag: "files",
    summary: "Tell when earlier versions of a transcript were replaced",
    scope: "read",
    answers: { 200: { description: "the versions", schema: "History" } },
    handle: async ({ identity, params }, { reads }) => ({
      json: await reads.run("history", sightOf(identity), { fileId: params["id"] ?? "" }),
    }),
  },
];

/** Controls would end up in captions and on terminals. @throws USAGE */
function refuseControls(name: string, text: string): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    throw usageError(name, "must not contain control characters");
}

/** @throws HttpError 428 without If-Match, 412 when another version is there by now. */
async function presentVersion(
  { identity, params, request }: Call,
  { reads }: Services,
): Promise<{ readonly location: string; readonly fingerprint: string }> {
  const fileId = params["id"] ?? "";
  const [asset] = await reads.run("editable", sightOf(identity), { fileIds: [fileId] });
  // The times of words are of the same version.
  const wanted = request.headers.get("if-match")?.replace(/-words"$/, '"') ?? null;
  if (wanted === null)
    throw new HttpError(428, "USAGE", "a change needs to say which version it changes", {
      hint: "send the ETag of the transcript as If-Match",
    });
  if (!asset || asset.fingerprint === null || wanted !== `"${revisionOf(asset)}"`)
    throw new HttpError(412, "STORE_BUSY", "the transcript was changed meanwhile", {
      hint: "read it again and repeat the change",
    });
  return { location: asset.location, fingerprint: asset.fingerprint };
}

async function correctedReply({ identity, params }: Call, { reads }: Services, changed: number) {
  const fileIds = [params["id"] ?? ""];
  const [asset] = await reads.run("editable", sightOf(identity), { fileIds });
  const revision = (asset && revisionOf(asset)) ?? "";
  return { json: { revision, changed }, headers: { ETag: `"${revision}"` } };
}
