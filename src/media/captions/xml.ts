import { Parser } from "htmlparser2";

/** One element that is open. Names are without prefix and in small letters, attributes likewise. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface XmlHandler {
  readonly open: (element: XmlElement, parents: readonly XmlElement[]) => void;
  readonly text: (text: string, open: readonly XmlElement[]) => void;
  readonly close: (element: XmlElement, parents: readonly XmlElement[]) => void;
}

/** No captions are nested as deeply; what is, is made to exhaust memory. */
const MAX_DEPTH = 100;

const localName = (name: string): string => name.slice(name.indexOf(":") + 1).toLowerCase();

/**
 * Reads XML, or HTML as browsers forgive it. The parser knows no document types, so that an entity
 * of the file's own is nothing that could be opened or multiplied.
 */
export function readXml(text: string, handler: XmlHandler, isHtml = false): void {
  const open: XmlElement[] = [];
  let tooDeep = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (open.length >= MAX_DEPTH) {
          tooDeep++;
          return;
        }
        const element = {
          name: localName(name),
          attributes: new Map(
            Object.entries(attributes).map(([key, value]) => [localName(key), value]),
          ),
        };
        handler.open(element, open);
        open.push(element);
      },
      ontext: (said) => handler.text(said, open),
      onclosetag() {
        if (tooDeep > 0) tooDeep--;
        else {
          const element = open.pop();
          if (element) handler.close(element, open);
        }
      },
    },
    { xmlMode: !isHtml, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
}

/** The first of these elements from the innermost that has an attribute. */
export const inherited = (elements: readonly XmlElement[], name: string): string | undefined =>
  elements.findLast(({ attributes }) => attributes.has(name))?.attributes.get(name);
