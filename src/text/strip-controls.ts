/**
 * The door through which text from outside goes out, to a terminal and to every format of one line
 * a record: it can't move the cursor, set colours, break a line or turn the order of what stands
 * around it. Controls and overrides of direction become U+FFFD; embeddings and isolates, which do
 * no harm alone but reach past the end of a line, are left out. Half a surrogate pair and U+FFFE
 * and U+FFFF, which encodings and XML can't hold, become U+FFFD.
 */
export function stripControls(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.toWellFormed().replace(ALL_UNSAFE, (c) => {
    if (c === "\n" || c === "\t" || c === "\u2028" || c === "\u2029" || c === "\u0085") return " ";
    return ISOLATES.test(c) ? "" : "\ufffd";
  });
}

const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/;
const ALL_UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g;
const ISOLATES = /[\u202a-\u202c\u2066-\u2069]/;
