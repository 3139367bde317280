// Made from the routes and schemas of `serve` by `npm run docs`.

/** What uploads are made of. */
export type Bytes = Blob | Uint8Array<ArrayBuffer> | string;

/** an error by RFC 9457 */
export type Problem = {
  /** address of the description of the code */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly code: string;
  readonly hint: string | null;
  readonly requestId: string;
  readonly excerpt?: {
    readonly text: string;
    readonly at: number;
  };
  readonly errors?: readonly {
    readonly parameter?: string;
    readonly pointer?: string;
    readonly detail: string;
  }[];
};

/** milliseconds from the start of the file */
export type Ms = number;

export type Line = {
  readonly startMs: Ms;
  readonly endMs: Ms;
  readonly speaker: string | null;
  readonly text: string;
};

export type Word = {
  readonly text: string;
  readonly startMs: Ms;
  readonly endMs: Ms;
};

export type Segment = {
  /** position in the transcript */
  readonly index: number;
  readonly startMs: Ms;
  readonly endMs: Ms;
  readonly speaker: string | null;
  readonly text: string;
  /** how sure the recogniser was, 0 to 1 */
  readonly confidence: number | null;
  /** only when they are asked for, and where their times are known */
  readonly words?: readonly Word[];
};

export type Hit = {
  /** place in the ranking */
  readonly number: number;
  readonly fileId: string;
  /** name of the file */
  readonly file: string;
  /** where it is on the server; only with the scope paths */
  readonly path?: string;
  readonly startMs: Ms;
  readonly endMs: Ms;
  readonly speaker: string | null;
  readonly text: string;
  /** higher is better; comparable within one answer only */
  readonly score: number;
  readonly origin: "captions" | "asr";
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly recordedAt: string | null;
  /** parts of the text that match, as UTF-16 offsets */
  readonly highlights: readonly (readonly [number, number])[];
  readonly moment: {
    /** the other hits of the same moment, best first */
    readonly hits: readonly {
      readonly startMs: Ms;
      readonly endMs: Ms;
      readonly speaker: string | null;
      readonly text: string;
      readonly score: number;
    }[];
  };
  readonly before?: readonly Line[];
  readonly after?: readonly Line[];
  readonly explain?: Readonly<Record<string, number | null>>;
  readonly links: {
    readonly self: string;
    readonly media: string;
    readonly transcript: string;
    readonly page: string;
  };
  /** what a player can expect */
  readonly kind: "video" | "audio" | "captions" | "other";
  /** the title or chapter over it, where words of the query are in that and not in the text */
  readonly heading?: string;
};

export type SearchPage = {
  readonly version: 1;
  readonly query: string;
  readonly mode: "keyword" | "semantic" | "hybrid";
  /** all hits there are, on this page or not, those folded under others included */
  readonly total: number;
  /** how many there are to page through: fewer than total where hits of one moment are folded under the best */
  readonly moments: number;
  readonly totalIs: "all" | "ranked";
  readonly offset: number;
  readonly didYouMean: string | null;
  /** why nothing was found, or that what was found has no word of the query */
  readonly note?: string | null;
  readonly processingTimeMs: number;
  /** with a copy of a cluster's library: when it was last the same */
  readonly asOf?: string;
  readonly hits: readonly Hit[];
  /** with groupBy=file: the file of the best hit first; hits by their numbers, in order of time */
  readonly groups?: readonly {
    readonly fileId: string;
    readonly file: string;
    readonly hits: readonly number[];
  }[];
};

export type File = {
  readonly id: string;
  readonly file: string;
  readonly path?: string;
  readonly state: "registered" | "indexed" | "partial" | "failed" | "deleted";
  readonly origin: "captions" | "asr" | null;
  readonly engine: string | null;
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly segments: number;
  readonly speakers: readonly string[];
  readonly sizeBytes: number;
  readonly modified: string;
  readonly recorded: string | null;
  readonly indexed: string | null;
  /** the track that the transcript was made of; null for captions beside the file */
  readonly track: null | {
    readonly type: "audio" | "subtitle";
    /** from 1, as players count */
    readonly number: number;
    /** how many of its type there are */
    readonly of: number;
    readonly language: string | null;
    readonly title: string | null;
  };
  /** which channels were heard, such as left, centre or separate; null when all were mixed */
  readonly channels: string | null;
  readonly title: string | null;
  /** podcast, series, channel or artist */
  readonly show: string | null;
  /** what else is known of the recording; a member that nobody stated is missing */
  readonly media: {
    readonly description?: string;
    /** its page on the web */
    readonly page?: string;
    readonly chapters?: readonly {
      readonly startMs: number;
      readonly endMs: number;
      readonly title: string;
    }[];
    readonly container?: string;
    readonly audioCodec?: string;
    readonly videoCodec?: string;
    readonly width?: number;
    readonly height?: number;
    /** pictures a second */
    readonly frameRate?: number;
    /** of the container, by its own names in small letters */
    readonly tags?: Readonly<Record<string, string>>;
  };
  readonly error: string | null;
  /** by the ending of its name */
  readonly kind: "video" | "audio" | "captions" | "other";
  /** names the version of the transcript */
  readonly revision: string | null;
  /** ids */
  readonly collections: readonly string[];
  readonly tags: readonly string[];
  readonly links: {
    readonly self: string;
    readonly media: string;
    readonly transcript: string;
    readonly captions: string;
    readonly waveform: string;
    readonly thumbnail: string;
    readonly page: string;
    /** pieces of ten seconds, for what a browser can't play itself: {piece} is 0, 1, 2, … */
    readonly stream: string;
  };
};

export type FileList = {
  readonly version: 1;
  readonly total: number;
  readonly offset: number;
  readonly files: readonly File[];
};

export type Transcript = {
  readonly version: 1;
  readonly fileId: string;
  readonly file: string;
  readonly origin: "captions" | "asr";
  readonly engine: string;
  readonly language: string;
  readonly durationMs: number | null;
  readonly revision: string;
  /** segments of the part that was asked for */
  readonly total: number;
  readonly offset: number;
  readonly segments: readonly Segment[];
};

/** how many files have a value */
export type Count = {
  readonly value: string;
  readonly count: number;
};

export type Facets = {
  readonly files: number;
  readonly speakers: readonly Count[];
  readonly languages: readonly Count[];
  readonly origins: readonly Count[];
  readonly years: readonly Count[];
  readonly collections: readonly Count[];
  readonly tags: readonly Count[];
};

export type Suggestions = {
  readonly suggestions: readonly {
    readonly text: string;
    readonly kind: "speaker" | "file" | "word";
  }[];
};

export type Speakers = {
  readonly speakers: readonly {
    readonly name: string;
    readonly files: number;
    /** at most 1,000 */
    readonly fileIds: readonly string[];
  }[];
};

export type Waveform = {
  readonly durationMs: number;
  readonly points: number;
  /** least and greatest value of each point in turn */
  readonly peaks: readonly number[];
};

export type Job = {
  readonly id: string;
  readonly type: "index" | "clip" | "upload";
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly unit: string;
    readonly file: string | null;
  };
  readonly counts: Readonly<Record<string, number>>;
  readonly result?: {
    readonly href?: string;
    readonly durationMs?: number;
    readonly how?: "copied" | "encoded";
    readonly sizeBytes?: number;
  };
  readonly error?: Problem;
};

export type FailedFile = {
  readonly fileId: string;
  readonly file: string;
  readonly path?: string;
  readonly state:
    | "RETRYING"
    | "NEEDS_MEDIA_FIX"
    | "NEEDS_ENGINE_TUNING"
    | "QUARANTINED"
    | "SKIPPED";
  readonly code: string;
  readonly reason: string;
  readonly hint: string | null;
  readonly attempts: number;
  readonly engine: string;
  readonly updatedAt: string;
};

export type Jobs = {
  /** what runs or ran on this server */
  readonly work: readonly Job[];
  /** files of the library that failed */
  readonly failed: readonly FailedFile[];
};

export type Status = {
  readonly version: string;
  readonly backend: string;
  readonly files: {
    readonly registered: number;
    readonly indexed: number;
    readonly partial: number;
    readonly failed: number;
    readonly deleted: number;
  };
  readonly segments: number;
  readonly durationMs: number;
  readonly model: string | null;
  readonly queued: number;
  readonly jobs: Readonly<Record<string, number>>;
  readonly indexing: boolean;
  readonly canIndex: boolean;
  readonly canUpload: boolean;
  readonly roots?: readonly string[];
  /** when the copy of a cluster's library that is searched was last the same as the library */
  readonly asOf?: string;
};

/** what a key opens */
export type Scope =
  | "search"
  | "read"
  | "media"
  | "edit"
  | "index"
  | "jobs"
  | "paths"
  | "webhooks"
  | "keys"
  | "audit"
  | "metrics";

export type Key = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly filter: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
};

export type KeyList = {
  readonly keys: readonly Key[];
};

export type NewKey = {
  /** shown once */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly filter: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

export type KeyRequest = {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly filter?: string;
  /** a time by RFC 3339, or a time from now such as 90d */
  readonly expiresAt?: string;
};

export type DerivedKeyRequest = {
  readonly name?: string;
  readonly scopes?: readonly Scope[];
  readonly filter: string;
  readonly expiresAt: string;
};

export type DerivedKey = {
  readonly key: string;
  readonly expiresAt: string;
};

export type Session = {
  readonly id: string;
  readonly name: string;
  readonly kind: "key" | "derived" | "person";
  readonly scopes: readonly Scope[];
  readonly expiresAt: string | null;
};

export type WaysIn = {
  readonly key: boolean;
  readonly oidc: null | {
    readonly name: string;
    readonly href: string;
  };
};

export type SessionRequest = {
  readonly key: string;
};

export type SearchRequest = {
  readonly q: string;
  readonly mode?: "keyword" | "semantic" | "hybrid";
  readonly limit?: number;
  readonly offset?: number;
  readonly context?: number;
  readonly groupBy?: "file";
  readonly allHits?: boolean;
  readonly explain?: boolean;
  readonly minScore?: number;
  readonly file?: string;
  readonly speaker?: string;
  readonly title?: string;
  readonly show?: string;
  readonly chapter?: string;
  readonly lang?: string;
  readonly origin?: "captions" | "asr";
  readonly after?: string;
  readonly before?: string;
  readonly duration?: string;
  readonly confidence?: string;
  readonly collection?: string;
  readonly tag?: string;
};

export type Health = {
  readonly status: "ok";
};

export type IndexRequest = {
  /** folders, files and s3:// places below the allowed roots */
  readonly paths: readonly string[];
};

export type ClipRequest = {
  readonly pieces: readonly {
    readonly fileId: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  readonly format: "mp4" | "mov" | "mkv" | "webm" | "m4a" | "mp3" | "ogg" | "opus" | "flac" | "wav";
  /** cut to the frame by encoding, instead of copying from the key frame before */
  readonly exact?: boolean;
  readonly titles?: boolean;
  readonly padMs?: number;
};

export type FilesRequest = {
  readonly fileIds: readonly string[];
};

export type TakenEvents = {
  /** objects that are looked at soon */
  readonly hints: number;
  /** objects that are not below an allowed root */
  readonly elsewhere: number;
  /** events that concern no content */
  readonly ignored: number;
  /** why a part could not be read */
  readonly unreadable: string | null;
};

export type Skipped = {
  readonly skipped: number;
};

export type RenameRequest = {
  /** names that mean one person; several are merged */
  readonly from: readonly string[];
  readonly to: string;
  /** only in these files */
  readonly fileIds?: readonly string[];
};

export type Renamed = {
  readonly files: readonly {
    readonly fileId: string;
    readonly segments: number;
  }[];
};

export type CorrectionRequest = {
  readonly changes: readonly {
    readonly index: number;
    readonly text?: string;
    readonly speaker?: string | null;
  }[];
};

export type Corrected = {
  readonly revision: string;
  readonly changed: number;
};

export type History = {
  readonly revision: string | null;
  /** the newest first */
  readonly earlier: readonly {
    readonly archivedAt: string;
  }[];
};

export type Collection = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly fileIds: readonly string[];
};

export type Collections = {
  readonly collections: readonly Collection[];
};

export type CollectionRequest = {
  readonly name: string;
  readonly description?: string;
  readonly fileIds?: readonly string[];
};

export type TagsRequest = {
  readonly tags: readonly string[];
};

export type Tags = {
  readonly tags: readonly string[];
};

export type SavedSearch = {
  readonly id: string;
  readonly name: string;
  readonly request: SearchRequest;
  readonly createdAt: string;
  readonly createdBy: string;
};

export type SavedSearches = {
  readonly searches: readonly SavedSearch[];
};

export type SavedSearchRequest = {
  readonly name: string;
  readonly request: SearchRequest;
};

export type Url = {
  readonly url: string;
  readonly expiresAt: string;
};

export type Webhook = {
  readonly id: string;
  readonly url: string;
  /** how deliveries are written: as Standard Webhooks has it (the default), or as CloudEvents 1.0 in structured mode */
  readonly format: "standard" | "cloudevents";
  readonly events: readonly ("file.indexed" | "file.failed" | "file.deleted" | "search.hits")[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly paused: boolean;
  readonly failures: number;
};

export type Webhooks = {
  readonly webhooks: readonly Webhook[];
};

export type WebhookRequest = {
  readonly url: string;
  /** how deliveries are written: as Standard Webhooks has it (the default), or as CloudEvents 1.0 in structured mode */
  readonly format?: "standard" | "cloudevents";
  readonly events: readonly ("file.indexed" | "file.failed" | "file.deleted" | "search.hits")[];
};

export type NewWebhook = {
  readonly id: string;
  readonly url: string;
  /** how deliveries are written: as Standard Webhooks has it (the default), or as CloudEvents 1.0 in structured mode */
  readonly format: "standard" | "cloudevents";
  readonly events: readonly ("file.indexed" | "file.failed" | "file.deleted" | "search.hits")[];
  /** signs deliveries; shown once */
  readonly secret: string;
  readonly createdAt: string;
};

export type Deliveries = {
  readonly deliveries: readonly {
    readonly id: string;
    readonly event: "file.indexed" | "file.failed" | "file.deleted" | "search.hits";
    readonly createdAt: string;
    readonly attempts: number;
    readonly status: "waiting" | "delivered" | "failed";
    readonly lastStatus: number | null;
    readonly lastError: string | null;
  }[];
};

export type AuditEntries = {
  readonly entries: readonly {
    readonly id: string;
    readonly at: string;
    readonly who: string;
    readonly action: string;
    readonly route?: string;
    readonly status: number;
    readonly address?: string;
    readonly requestId?: string;
    readonly target?: string;
    readonly query?: string;
  }[];
  /** pass it as after for the next page */
  readonly next: string | null;
};

export type Upload = {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly offset: number;
  readonly expiresAt: string;
};

export type UploadRequest = {
  readonly name: string;
  readonly sizeBytes: number;
};

/** Conditions that searches and lists of files share. */
export interface Filters {
  readonly file?: string;
  readonly speaker?: string;
  readonly title?: string;
  readonly show?: string;
  readonly chapter?: string;
  readonly lang?: string;
  readonly origin?: "captions" | "asr";
  readonly after?: string;
  readonly before?: string;
  readonly duration?: string;
  readonly collection?: string;
  readonly tag?: string;
}

/** What each operation takes and answers. Bodies are members of their own. */
export interface Operations {
  /** Tell that the process answers. */
  readonly isAlive: { readonly request: object; readonly answer: Health };
  /** Tell whether searches can be answered; details are in /v1/status. */
  readonly isReady: { readonly request: object; readonly answer: Health };
  /** Describe the API as OpenAPI 3.1. */
  readonly readOpenApi: { readonly request: object; readonly answer: Response };
  /** Count what is in the library and what goes on. */
  readonly readStatus: { readonly request: object; readonly answer: Status };
  /** Tell how people can sign in. */
  readonly listWaysIn: { readonly request: object; readonly answer: WaysIn };
  /** Sign in with a key; the answer sets a cookie. */
  readonly signIn: {
    readonly request: { readonly body: SessionRequest };
    readonly answer: Session;
  };
  /** Tell who is signed in, and what he may do. */
  readonly readSession: { readonly request: object; readonly answer: Session };
  /** Sign out. */
  readonly signOut: { readonly request: object; readonly answer: undefined };
  /** Find what was said. */
  readonly search: {
    readonly request: Filters & {
      readonly q: string;
      readonly mode?: "keyword" | "semantic" | "hybrid";
      readonly limit?: number;
      readonly offset?: number;
      readonly context?: number;
      readonly groupBy?: "file";
      readonly allHits?: boolean;
      readonly explain?: boolean;
      readonly minScore?: number;
      readonly fileId?: string;
      readonly confidence?: string;
    };
    readonly answer: SearchPage;
  };
  /** Find what was said, for long queries. */
  readonly searchByBody: {
    readonly request: { readonly body: SearchRequest };
    readonly answer: SearchPage;
  };
  /** Suggest speakers, files and spellings for what is being typed. */
  readonly suggest: {
    readonly request: { readonly q: string; readonly limit?: number };
    readonly answer: Suggestions;
  };
  /** Count files by speaker, language, origin, year, collection and tag. */
  readonly facets: { readonly request: Filters; readonly answer: Facets };
  /** List the files of the library. */
  readonly listFiles: {
    readonly request: Filters & {
      readonly state?: "registered" | "indexed" | "partial" | "failed";
      readonly sort?:
        | "file"
        | "duration"
        | "segments"
        | "speakers"
        | "origin"
        | "state"
        | "language"
        | "size"
        | "modified"
        | "recorded"
        | "indexed";
      readonly reverse?: boolean;
      readonly limit?: number;
      readonly offset?: number;
    };
    readonly answer: FileList;
  };
  /** Tell what is known of a file. */
  readonly readFile: { readonly request: { readonly id: string }; readonly answer: File };
  /** Read what is said in a file, or in a part of it. */
  readonly readTranscript: {
    readonly request: {
      readonly id: string;
      readonly format?: "json" | "vtt" | "srt" | "txt" | "md";
      readonly from?: string;
      readonly to?: string;
      readonly offset?: number;
      readonly limit?: number;
      readonly words?: boolean;
    };
    readonly answer: Transcript;
  };
  /** Read a transcript as captions for players. */
  readonly readCaptions: { readonly request: { readonly id: string }; readonly answer: Response };
  /** Play a recording; ranges of bytes are answered. */
  readonly readMedia: { readonly request: { readonly id: string }; readonly answer: Response };
  /** Tell how loud a recording is over time. */
  readonly readWaveform: {
    readonly request: { readonly id: string; readonly points?: number };
    readonly answer: Waveform;
  };
  /** Play ten seconds of any recording as MP4 in fragments, from piece times ten on. */
  readonly readPiece: {
    readonly request: { readonly id: string; readonly piece: string };
    readonly answer: Response;
  };
  /** Show the picture of a recording at a time. */
  readonly readThumbnail: {
    readonly request: { readonly id: string; readonly t?: string };
    readonly answer: Response;
  };
  /** List who speaks, and in which files. */
  readonly listSpeakers: { readonly request: object; readonly answer: Speakers };
  /** Give speakers another name, everywhere or in some files; several are merged. */
  readonly renameSpeakers: {
    readonly request: { readonly body: RenameRequest };
    readonly answer: Renamed;
  };
  /** Correct text and speakers of a transcript, as a new version; needs If-Match. */
  readonly correctTranscript: {
    readonly request: { readonly id: string; readonly body: CorrectionRequest };
    readonly answer: Corrected;
  };
  /** Take back the last change that was made by hand; needs If-Match. */
  readonly undoCorrection: {
    readonly request: { readonly id: string };
    readonly answer: Corrected;
  };
  /** Tell when earlier versions of a transcript were replaced. */
  readonly readHistory: { readonly request: { readonly id: string }; readonly answer: History };
  /** List collections of files. */
  readonly listCollections: { readonly request: object; readonly answer: Collections };
  /** Make a collection. */
  readonly createCollection: {
    readonly request: { readonly body: CollectionRequest };
    readonly answer: Collection;
  };
  /** Change a collection: its name, its description and its files. */
  readonly changeCollection: {
    readonly request: { readonly id: string; readonly body: CollectionRequest };
    readonly answer: Collection;
  };
  /** Delete a collection; its files stay. */
  readonly deleteCollection: {
    readonly request: { readonly id: string };
    readonly answer: undefined;
  };
  /** Set the tags of a file. */
  readonly setTags: {
    readonly request: { readonly id: string; readonly body: TagsRequest };
    readonly answer: Tags;
  };
  /** List saved searches. */
  readonly listSavedSearches: { readonly request: object; readonly answer: SavedSearches };
  /** Save a search; webhooks tell of new hits. */
  readonly saveSearch: {
    readonly request: { readonly body: SavedSearchRequest };
    readonly answer: SavedSearch;
  };
  /** Delete a saved search. */
  readonly deleteSavedSearch: {
    readonly request: { readonly id: string };
    readonly answer: undefined;
  };
  /** Index folders, files and s3:// places below the allowed roots. */
  readonly index: { readonly request: { readonly body: IndexRequest }; readonly answer: Job };
  /** List work of this server, and files of the library that failed. */
  readonly listJobs: { readonly request: object; readonly answer: Jobs };
  /** Tell how far work is. */
  readonly readJob: { readonly request: { readonly id: string }; readonly answer: Job };
  /** Cancel work; what is done by then stays. */
  readonly cancelJob: { readonly request: { readonly id: string }; readonly answer: Job };
  /** Try files again whose indexing failed. */
  readonly retryFiles: { readonly request: { readonly body: FilesRequest }; readonly answer: Job };
  /** Pass over files whose indexing failed, from now on. */
  readonly skipFiles: {
    readonly request: { readonly body: FilesRequest };
    readonly answer: Skipped;
  };
  /** Cut a clip out of a recording, or join several pieces. */
  readonly makeClip: { readonly request: { readonly body: ClipRequest }; readonly answer: Job };
  /** Get a clip that is done; it is kept for an hour. */
  readonly readClip: { readonly request: { readonly id: string }; readonly answer: Response };
  /** Begin to upload a recording or captions. */
  readonly createUpload: {
    readonly request: { readonly body: UploadRequest };
    readonly answer: Upload;
  };
  /** Tell how much of an upload has arrived. */
  readonly readUpload: { readonly request: { readonly id: string }; readonly answer: Upload };
  /** Send bytes of an upload, from Upload-Offset on; the last ones have it indexed. */
  readonly appendUpload: {
    readonly request: { readonly id: string; readonly bytes: Bytes };
    readonly answer: Upload | Job;
  };
  /** Give an upload up. */
  readonly deleteUpload: { readonly request: { readonly id: string }; readonly answer: undefined };
  /** Follow what happens, as server-sent events; Last-Event-ID resumes. */
  readonly followEvents: { readonly request: object; readonly answer: Response };
  /** Take events of a bucket: CloudEvents, S3 notifications, EventBridge, SNS. */
  readonly takeEvents: {
    readonly request: { readonly bytes: Bytes };
    readonly answer: TakenEvents;
  };
  /** List the keys. */
  readonly listKeys: { readonly request: object; readonly answer: KeyList };
  /** Make a key; it is shown once. */
  readonly createKey: { readonly request: { readonly body: KeyRequest }; readonly answer: NewKey };
  /** Revoke a key, and every key that was derived from it. */
  readonly revokeKey: { readonly request: { readonly id: string }; readonly answer: Key };
  /** Derive a key with a further filter from one's own, for a tenant. */
  readonly deriveKey: {
    readonly request: { readonly body: DerivedKeyRequest };
    readonly answer: DerivedKey;
  };
  /** List webhooks. */
  readonly listWebhooks: { readonly request: object; readonly answer: Webhooks };
  /** Have events sent to an address, signed as Standard Webhooks has it. */
  readonly createWebhook: {
    readonly request: { readonly body: WebhookRequest };
    readonly answer: NewWebhook;
  };
  /** Delete a webhook. */
  readonly deleteWebhook: { readonly request: { readonly id: string }; readonly answer: undefined };
  /** Let a webhook go on that was paused after ten failures. */
  readonly resumeWebhook: { readonly request: { readonly id: string }; readonly answer: undefined };
  /** List what was sent to a webhook, and how it went. */
  readonly listDeliveries: {
    readonly request: { readonly id: string };
    readonly answer: Deliveries;
  };
  /** Send a delivery once more. */
  readonly replayDelivery: {
    readonly request: { readonly id: string };
    readonly answer: undefined;
  };
  /** Read metrics as Prometheus takes them. */
  readonly readMetrics: { readonly request: object; readonly answer: Response };
  /** Read who did what, the oldest first. */
  readonly readAudit: {
    readonly request: {
      readonly after?: string;
      readonly minutes?: number;
      readonly limit?: number;
    };
    readonly answer: AuditEntries;
  };
}
