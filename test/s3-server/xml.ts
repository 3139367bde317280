/** Text that may stand in XML 1.0; what can't at all is what `encoding-type=url` is for. */
const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- line breaks would be read as spaces
  text.replace(/[<>&"\r\n\t\u0000-\u001f]/g, (c) => `&#${c.charCodeAt(0)};`);

export type Node = readonly [name: string, content: string | number | readonly Node[]];

const element = ([name, content]: Node): string =>
  `<${name}>${Array.isArray(content) ? (content as readonly Node[]).map(element).join("") : escape(String(content))}</${name}>`;

export const xml = (name: string, content: readonly Node[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.map(element).join("")}</${name}>`;

const ENTITIES = { "&quot;": '"', "&apos;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };

function characterOf(entity: string, decimal?: string, hex?: string): string {
  if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
  return ENTITIES[entity.toLowerCase() as keyof typeof ENTITIES];
}

const unescape = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|quot|apos|lt|gt|amp);/gi, characterOf);

/** Every `<name>` in flat XML, in order. Enough for what S3 clients send. */
export const elements = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g"))].map(
    ([, inner = ""]) => inner,
  );
export const value = (text: string, name: string): string =>
  unescape(elements(text, name)[0] ?? "");
