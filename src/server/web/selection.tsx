import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MediaFile, Segment, Transcript } from "./api.ts";
import { ClipMaker } from "./clips.tsx";
import { formatClock } from "./format.ts";

interface SelectionProps {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly canClip: boolean;
  readonly list: RefObject<HTMLOListElement>;
}

/** The lines of the transcript that are selected as text; undefined for none. */
function useSelectedLines(
  list: RefObject<HTMLOListElement>,
  segments: readonly Segment[],
): readonly Segment[] | undefined {
  const [lines, setLines] = useState<readonly Segment[]>();
  useEffect(() => {
    const indexOf = (node: Node | null): number => {
      const element = node instanceof Element ? node : node?.parentElement;
      const line = element?.closest(".lines > li") ?? null;
      return line && list.current ? [...list.current.children].indexOf(line) : -1;
    };
    const look = (): void => {
      const selection = getSelection();
      // A click into the tools themselves ends the selection; they stay for the next click.
      if (!selection || selection.isCollapsed) return;
      const ends = [indexOf(selection.anchorNode), indexOf(selection.focusNode)];
      if (ends.includes(-1)) return;
      setLines(segments.slice(Math.min(...ends), Math.max(...ends) + 1));
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, [segments]);
  return lines;
}

/** What can be done with the part of a transcript that is selected. */
export function SelectionTools({ file, transcript, canClip, list }: SelectionProps) {
  const lines = useSelectedLines(list, transcript.segments);
  const [message, setMessage] = useState("");
  useEffect(() => setMessage(""), [lines]);
  const [first] = lines ?? [];
  const last = lines?.at(-1);
  if (!lines || !first || !last) return null;
  const { startMs } = first;
  const { endMs } = last;
  const copy = async (text: string): Promise<void> => {
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setMessage(isCopied ? "copied" : "the browser does not let it be copied");
  };
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return (
    <div class="selected" role="group" aria-label="Selected lines">
      <span>
        {formatClock(startMs)}–{formatClock(endMs)}
      </span>
      <button
        type="button"
        onClick={() =>
          void copy(
            `${location.origin}/f/${encodeURIComponent(file.id)}#t=${seconds(startMs)},${seconds(endMs)}`,
          )
        }
      >
        Copy link
      </button>
      <button
        type="button"
        onClick={() =>
          void copy(
            lines
              .map(
                ({ startMs: at, speaker, text }) =>
                  `[${formatClock(at)}] ${speaker === null ? "" : `${speaker}: `}${text}`,
              )
              .join("\n"),
          )
        }
      >
        Copy with times
      </button>
      {canClip && (
        <ClipMaker
          key={`${startMs}-${endMs}`}
          pieces={[{ fileId: file.id, file: file.file, kind: file.kind, startMs, endMs }]}
        />
      )}
      <span role="status">{message}</span>
    </div>
  );
}
