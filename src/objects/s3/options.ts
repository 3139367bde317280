/** How a request of the SDK is called off. */
export const until = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } => (signal === undefined ? {} : { abortSignal: signal });

/** What it takes to reach an object store; plain data, so that worker processes get it too. */
export interface S3Options {
  /** undefined: Amazon S3 in the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Both or none; none: what AWS tools would use. */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly profile: string | undefined;
  readonly caFile: string | undefined;
  readonly pathStyle: boolean | undefined;
}
