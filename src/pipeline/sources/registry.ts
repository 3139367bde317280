import type { Objects } from "../../objects/object-store.ts";
import { type Location, schemeOf } from "../../location.ts";
import { openBucketSource } from "./bucket/open.ts";
import { openFolderSource } from "./folder/open.ts";
import type { LinkOptions } from "./link/http.ts";
import { openLinkSource } from "./link/open.ts";
import type { MediaSource, MediaSources } from "./media-source.ts";

export interface SourceSettings {
  /** Called when a location in an object store is read or listed. */
  readonly objects: () => Promise<Objects>;
  /** A file that is watched is left alone until its size and time have been the same this long. */
  readonly stableMs?: number | undefined;
  /** How often a bucket that is watched is listed. */
  readonly bucketPollMs?: number | undefined;
  readonly links?: LinkOptions | undefined;
  /** How often a feed that is watched is looked at. */
  readonly feedPollMs?: number | undefined;
}

const openLinks = ({ links, feedPollMs }: SourceSettings): MediaSource =>
  openLinkSource({ allowsPrivate: false, proxies: {}, ...links, pollMs: feedPollMs });

/** Every source by the scheme of its locations; "" is a path of this machine. */
const SOURCES: Readonly<Record<string, (settings: SourceSettings) => MediaSource>> = {
  "": ({ stableMs }) => openFolderSource({ stableMs }),
  s3: ({ objects, bucketPollMs }) => openBucketSource({ objects, pollMs: bucketPollMs }),
  https: openLinks,
  http: openLinks,
};

/** Opens each source when a location of it first occurs. */
export function openSources(settings: SourceSettings): MediaSources {
  const opened = new Map<string, MediaSource>();
  return {
    of(location: Location) {
      const scheme = schemeOf(location);
      const source = opened.get(scheme) ?? (SOURCES[scheme] ?? openFolderSource)(settings);
      opened.set(scheme, source);
      return source;
    },
  };
}
