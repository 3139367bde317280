import type { Identity } from "../app/access/identity.ts";
import type { NoteUse } from "../app/access/keys.ts";
import type { Scope } from "../app/access/scopes.ts";
import type { Context } from "../app/context.ts";
import type { Tracer } from "../tracing.ts";
import type { Addresses } from "./addresses.ts";
import type { Audit } from "./audit.ts";
import type { ServerMetrics } from "./metrics/server-metrics.ts";
import type { ClipStore } from "./clip-store.ts";
import type { EventHub } from "./events.ts";
import type { HintIntake } from "./hint-intake.ts";
import type { RemoteCopies } from "./remote-copies.ts";
import type { Renditions } from "./renditions.ts";
import type { Waveforms } from "./waveforms.ts";
import type { Uploads } from "./uploads.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";
import type { WorkJobs } from "./work/jobs.ts";
import type { WorkThread } from "./work/work-thread.ts";
import type { Idempotency } from "./idempotency.ts";
import type { LibraryAccess } from "./library-access.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { OidcSignIn } from "./oidc/sign-in.ts";
import type { ReadPool } from "./reads/pool.ts";
import type { Stage } from "./reads/stages.ts";
import type { Sessions } from "./sessions.ts";

/** A JSON Schema of one parameter. */
export type ParameterSchema = Readonly<Record<string, unknown>>;

export interface RouteParameter {
  readonly schema: ParameterSchema;
  readonly description?: string;
  readonly required?: boolean;
}

/** One kind of answer of a route; `schema` names a shape of docs/schemas/api.v1.json. */
export interface RouteAnswer {
  readonly description: string;
  readonly schema?: string;
  /** Content types of answers that are not JSON. */
  readonly types?: readonly string[];
}

/** A request that has passed everything that is checked before a handler. */
export interface Call {
  readonly request: Request;
  readonly requestId: string;
  /** Address of the client. */
  readonly address: string;
  /** Only public routes have calls without one. */
  readonly identity: Identity;
  readonly params: Readonly<Record<string, string>>;
  /** Values by the schemas of the parameters. */
  readonly query: Readonly<Record<string, unknown>>;
  /** The body by its schema; undefined where a route has none. */
  readonly body: unknown;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** A plain value is sent as JSON, `undefined` as no body; a Response is sent as it is. */
export type Reply =
  | Response
  | {
      readonly status?: number;
      readonly json: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Who is signed in from now on; the audit and the log name him. */
      readonly signedIn?: Identity;
      /** The audit keeps it as refused, although its status does not say so. */
      readonly isRefusal?: boolean;
      /** What the parts of a search took, for traces and metrics. */
      readonly stages?: readonly Stage[];
    };

/** One operation of the API. /openapi.json, checks and tests come from these. */
export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** As OpenAPI writes it: `/v1/files/{id}`. */
  readonly path: string;
  /** `operationId`, unique. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  /** The scope that it needs; "any": some identity; "public": nobody has to say who he is. */
  readonly scope: Scope | "any" | "public";
  /** Probes ask by address, whatever name the server goes by; what they are told is no secret. */
  readonly isProbe?: boolean;
  readonly query?: Readonly<Record<string, RouteParameter>>;
  /** Shape of the JSON body. */
  readonly body?: string;
  readonly isBodyOptional?: boolean;
  /** The address is made by somebody else; the handler reads it. */
  readonly takesAnyQuery?: boolean;
  /** The handler reads the body itself, as a stream with its own bound. */
  readonly takesBytes?: boolean;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** What the audit calls it; undefined: it is not worth an entry. */
  readonly audit?: string;
  handle(call: Call, services: Services): Promise<Reply>;
}

export const STRING = (maxLength: number, more: ParameterSchema = {}): ParameterSchema => ({
  type: "string",
  maxLength,
  ...more,
});
export const INTEGER = (minimum: number, maximum: number): ParameterSchema => ({
  type: "integer",
  minimum,
  maximum,
});

/** JSON Schemas by name. */
export type Shapes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Checks what clients send. */
export interface Validator {
  /** @returns the values by their types. @throws HttpError 400 */
  query(route: Route, search: URLSearchParams): Promise<Readonly<Record<string, unknown>>>;
  /** @throws HttpError 400 */
  body(route: Route, value: unknown): Promise<unknown>;
}

/** What handlers work with. */
export interface Services {
  readonly context: Context;
  readonly library: LibraryAccess;
  readonly reads: ReadPool;
  readonly work: WorkThread;
  readonly jobs: WorkJobs;
  readonly clips: ClipStore;
  readonly waveforms: Waveforms;
  readonly renditions: Renditions;
  readonly remoteCopies: RemoteCopies;
  readonly webhooks: Webhooks;
  readonly intake: HintIntake;
  /** undefined where no folder takes them. */
  readonly uploads: Uploads | undefined;
  readonly events: EventHub;
  readonly audit: Audit;
  readonly metrics: ServerMetrics;
  /** undefined where no collector takes traces. */
  readonly tracer: Tracer | undefined;
  readonly sessions: Sessions;
  /** undefined where people sign in with keys alone. */
  readonly oidc: OidcSignIn | undefined;
  readonly idempotency: Idempotency;
  readonly noteUse: NoteUse;
  readonly addresses: Addresses;
  readonly validator: Validator;
  readonly limits: { readonly requests: RateLimit; readonly signIns: RateLimit };
  readonly routes: readonly Route[];
  /** Shapes of the API by name, read when they are first needed. */
  readonly shapes: () => Shapes;
  /** One line of the log, as JSON on standard error. Nothing secret may be in it. */
  readonly log: (level: "info" | "error", message: string, facts?: object) => void;
  /** Whether the server still takes requests; false while it stops. */
  readonly isOpen: () => boolean;
  /** Aborted when the server stops: streams without an end end then. */
  readonly stopping: AbortSignal;
}
