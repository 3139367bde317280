/** An answer other than 200: an S3 error in XML. Codes that are not in the SDK are ours. */
export class TabularError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const badRequest = (message: string, code = "InvalidArgument"): TabularError =>
  new TabularError(400, code, message);
export const notFound = (what: string, code = "NoSuchKey"): TabularError =>
  new TabularError(404, code, `${what} does not exist`);
export const conflict = (message: string): TabularError =>
  new TabularError(409, "TabularTransactionConflict", message);

const escape = (text: string): string => text.replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);

export const errorXml = (error: TabularError, resource: string, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escape(error.code)}</Code><Message>${escape(error.message)}</Message><Resource>${escape(resource)}</Resource><RequestId>${requestId}</RequestId></Error>`;
