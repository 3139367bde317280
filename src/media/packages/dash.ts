import { readXml, type XmlElement } from "../captions/xml.ts";
import type { NamePattern, PackageParts } from "./package-parts.ts";

interface Rendition {
  readonly id: string;
  readonly bits: number;
  readonly isSound: boolean;
  readonly isPicture: boolean;
  isLocked: boolean;
  /** Folders that names are relative to, as far as they are known. */
  base: string;
  names: NamePattern[];
}

/**
 * Reads a manifest of MPEG-DASH (ISO/IEC 23009-1): templates, lists of segments and whole files. Of
 * several renditions of the sound the one of the fewest bits is heard.
 */
export function readDash(text: string): PackageParts {
  const renditions: Rendition[] = [];
  const bases = new Map<XmlElement, string>();
  const of = (open: readonly XmlElement[], name: string): XmlElement | undefined =>
    open.findLast((element) => element.name === name);
  const finish = (rendition: Rendition, open: readonly XmlElement[]): void => {
    const owner = open.findLast((element) => templates.has(element));
    const template = owner && templates.get(owner);
    const base = rendition.base || open.map((element) => bases.get(element) ?? "").join("");
    if (template && rendition.names.length === 0)
      rendition.names = template.map((pattern) => fill(pattern, rendition));
    if (rendition.names.length === 0 && base !== "") rendition.names = [base];
    else rendition.names = rendition.names.map((name) => within(base, name));
  };
  /** Templates by the element that they are in. */
  const templates = new Map<XmlElement, readonly string[]>();
  readXml(text, {
    open(element, parents) {
      const { name, attributes } = element;
      const parent = parents.at(-1);
      if (name === "representation") renditions.push(renditionOf(element, parents));
      const rendition = of(parents, "representation") ? renditions.at(-1) : undefined;
      if (name === "contentprotection")
        for (const one of rendition ? [rendition] : renditions) one.isLocked = true;
      if (name === "segmenttemplate" && parent)
        templates.set(parent, [
          attributes.get("initialization") ?? "",
          attributes.get("media") ?? "",
        ]);
      const listed = attributes.get(name === "initialization" ? "sourceurl" : "media");
      if ((name === "initialization" || name === "segmenturl") && rendition && listed !== undefined)
        rendition.names.push(listed);
    },
    text(said, open) {
      const element = open.at(-1);
      const parent = open.at(-2);
      if (element?.name === "baseurl" && parent)
        bases.set(parent, (bases.get(parent) ?? "") + said.trim());
    },
    close(element, parents) {
      const rendition = renditions.at(-1);
      if (element.name === "representation" && rendition) finish(rendition, [...parents, element]);
    },
  });
  return partsOf(renditions);
}

function renditionOf({ attributes }: XmlElement, parents: readonly XmlElement[]): Rendition {
  const set = parents.at(-1)?.attributes;
  const type = [
    attributes.get("mimetype"),
    set?.get("mimetype"),
    set?.get("contenttype"),
    attributes.get("codecs"),
  ].join(" ");
  return {
    id: attributes.get("id") ?? "",
    bits: Number(attributes.get("bandwidth")) || Infinity,
    isSound: /\baudio\b|mp4a|opus|[ae]c-3/.test(type),
    isPicture: /\bvideo\b|avc[13]|hev1|hvc1|vp0?[89]|av01/.test(type),
    isLocked: false,
    base: "",
    names: [],
  };
}

/** Numbers in one name. */
const MAX_NUMBERS = 2;

const within = (base: string, name: NamePattern): NamePattern =>
  typeof name === "string" ? base + name : new RegExp(`^${escape(base)}${name.source.slice(1)}`);

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `chunk-$RepresentationID$-$Number%05d$.m4s` as a pattern of the names that it makes. */
function fill(template: string, { id, bits }: Rendition): NamePattern {
  const known = template
    .replaceAll("$RepresentationID$", id)
    .replaceAll("$Bandwidth$", String(bits))
    .replaceAll("$$", "$");
  if (!/\$(?:Number|Time)(?:%0\d+d)?\$/.test(known)) return known;
  const parts = known.split(/\$(?:Number|Time)(?:%0\d+d)?\$/);
  // More would take long to compare, and no program writes them.
  if (parts.length > MAX_NUMBERS + 1) return known;
  return new RegExp(`^${parts.map(escape).join(String.raw`(\d{1,20})`)}$`);
}

/** A film has a dozen in each of its parts. */
const MAX_RENDITIONS = 1000;

function partsOf(renditions: readonly Rendition[]): PackageParts {
  if (renditions.length > MAX_RENDITIONS)
    return { manifests: [], heard: [], all: [], problem: "it names too many renditions" };
  const sounds = renditions.filter(({ isSound }) => isSound);
  const chosen = (sounds.length > 0 ? sounds : renditions).toSorted((a, b) => a.bits - b.bits)[0];
  // A file has as many periods as advertisements; each has the rendition anew.
  const heard = renditions.filter(({ id }) => chosen !== undefined && id === chosen.id);
  const namesOf = (these: readonly Rendition[]): readonly NamePattern[] => [
    ...new Map(
      these
        .flatMap((one) => one.names)
        .filter((name) => name !== "")
        .map((name) => [String(name), name]),
    ).values(),
  ];
  const best = renditions
    .filter(({ isPicture }) => isPicture)
    .toSorted((a, b) => b.bits - a.bits)[0];
  const shown = renditions.filter(
    ({ id }) => best !== undefined && best !== chosen && id === best.id,
  );
  return {
    manifests: [],
    heard: namesOf(heard),
    shown: namesOf(shown),
    all: renditions.flatMap((one) => one.names).filter((name) => name !== ""),
    problem: heard.some(({ isLocked }) => isLocked) ? "its parts are encrypted" : undefined,
  };
}
