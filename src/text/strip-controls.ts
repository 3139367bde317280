/**
 * Text from files and captions must not move the cursor or set colours; line breaks would break
 * one-line records.
 */
export function stripControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) =>
    c === "\n" || c === "\t" ? " " : "\ufffd",
  );
}
