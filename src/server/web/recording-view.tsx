import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, type Hit, type MediaFile, type SearchPage, type Transcript } from "./api.ts";
import { type Clock, createClock } from "./clock.ts";
import { FileLabels } from "./file-labels.tsx";
import { formatClock, readMoment } from "./format.ts";
import { History } from "./history.tsx";
import { Failure, Waiting } from "./parts.tsx";
import { MediaPlayer, type Player } from "./player.tsx";
import type { Place } from "./router.ts";
import { useScopes } from "./session.ts";
import { usePicked } from "./store.ts";
import { MAX_HITS, TranscriptPane } from "./transcript.tsx";
import { useCall } from "./use-call.ts";
import { Waveform } from "./waveform.tsx";

const MAX_SEGMENTS = 100_000;

interface RecordingProps {
  readonly id: string;
  readonly place: Place;
  readonly isEmbed?: boolean;
}

/** A recording: the player and what is said, side by side. */
export function RecordingView({ id, place, isEmbed = false }: RecordingProps) {
  const [version, setVersion] = useState(0);
  const { value: file, problem } = useCall<MediaFile>(
    `/v1/files/${encodeURIComponent(id)}`,
    version,
  );
  if (file)
    return (
      <Recording
        file={file}
        place={place}
        isEmbed={isEmbed}
        version={version}
        onChanged={() => setVersion((last) => last + 1)}
      />
    );
  return <main>{problem ? <Failure problem={problem} /> : <Waiting />}</main>;
}

/** What is said, and where the words of the search are. */
function useTranscript(id: string, words: string, version: number) {
  const { value: transcript, problem } = useCall<Transcript>(
    address(`/v1/files/${encodeURIComponent(id)}/transcript`, {
      limit: MAX_SEGMENTS,
      words: "true",
    }),
    version,
  );
  const { value: found } = useCall<SearchPage>(
    words === ""
      ? undefined
      : address("/v1/search", {
          q: words,
          fileId: id,
          mode: "keyword",
          limit: MAX_HITS,
          allHits: "true",
        }),
  );
  return { transcript, problem, hits: found?.hits ?? NO_HITS };
}

/** The same list every time, so that nothing is drawn anew for it. */
const NO_HITS: readonly Hit[] = [];

interface LoadedProps {
  readonly file: MediaFile;
  readonly place: Place;
  readonly isEmbed: boolean;
  readonly version: number;
  readonly onChanged: () => void;
}

function Recording({ file, place, isEmbed, version, onChanged }: LoadedProps) {
  const scopes = useScopes();
  const words = place.query.get("q") ?? "";
  const { transcript, problem, hits } = useTranscript(file.id, words, version);
  const { player, clock, seek } = usePlayback(place);
  useEffect(() => {
    document.title = `${file.file} · mediasearch`;
  }, [file]);
  const canEdit = !isEmbed && scopes.includes("edit");
  const canPlay = scopes.includes("media");
  return (
    <main class="recording">
      {!isEmbed && (
        <p>
          <a href={words === "" ? "/" : `/?q=${encodeURIComponent(words)}`}>← Results</a>
        </p>
      )}
      <h1>
        <bdi>{file.file}</bdi>
      </h1>
      <div class="sides">
        <section class="media" aria-label="Player">
          {canPlay ? (
            <>
              <MediaPlayer file={file} player={player} clock={clock} />
              <Waveform file={file} clock={clock} marks={hits} onSeek={seek} />
            </>
          ) : (
            <p class="quiet">Your key opens transcripts, not recordings.</p>
          )}
          <CopyLink id={file.id} clock={clock} />
          {!isEmbed && <FileLabels file={file} canEdit={canEdit} onChanged={onChanged} />}
          {!isEmbed && transcript && (
            <History file={file} transcript={transcript} canEdit={canEdit} onChanged={onChanged} />
          )}
          {!isEmbed && <Keys />}
        </section>
        {problem && <Failure problem={problem} />}
        {transcript && (
          <TranscriptPane
            file={file}
            transcript={transcript}
            hits={hits}
            clock={clock}
            onSeek={seek}
            onChanged={onChanged}
            canEdit={canEdit}
            canClip={canPlay && !isEmbed}
          />
        )}
      </div>
    </main>
  );
}

/** The moment that the address names, then the one that plays. */
function usePlayback(place: Place) {
  const player = useRef<Player>(null) as RefObject<Player>;
  const clock = useMemo(createClock, []);
  const seek = (ms: number): void => {
    clock.set(ms);
    if (!player.current) return;
    player.current.currentTime = ms / 1000;
    void player.current.play().catch(() => {});
  };
  useEffect(() => {
    const moment = readMoment(place.hash, place.query);
    if (!moment) return undefined;
    clock.set(moment.start * 1000);
    if (player.current) player.current.currentTime = moment.start;
    const { end } = moment;
    if (end === undefined) return undefined;
    // A part that was shared ends where it was said to, once.
    const unsubscribe = clock.subscribe(() => {
      if (clock.get() < end * 1000) return;
      unsubscribe();
      player.current?.pause();
    });
    return unsubscribe;
  }, [place.hash]);
  return { player, clock, seek };
}

const toSeconds = (ms: number): number => Math.floor(ms / 1000);

function CopyLink({ id, clock }: { readonly id: string; readonly clock: Clock }) {
  const [isCopied, setCopied] = useState(false);
  const seconds = usePicked(clock, toSeconds);
  return (
    <p>
      <button
        type="button"
        onClick={async () => {
          const url = `${location.origin}/f/${encodeURIComponent(id)}#t=${(clock.get() / 1000).toFixed(1)}`;
          await navigator.clipboard?.writeText(url).catch(() => {});
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        Copy link at {formatClock(seconds * 1000)}
      </button>{" "}
      <span role="status">{isCopied && "copied"}</span>
    </p>
  );
}

const Keys = () => (
  <details class="quiet">
    <summary>Keyboard</summary>
    <p>
      <kbd>space</kbd> or <kbd>k</kbd> play and pause · <kbd>j</kbd> <kbd>l</kbd> ten seconds ·{" "}
      <kbd>←</kbd> <kbd>→</kbd> five seconds · <kbd>m</kbd> mute · <kbd>c</kbd> captions ·{" "}
      <kbd>f</kbd> full screen · <kbd>&lt;</kbd> <kbd>&gt;</kbd> speed · <kbd>n</kbd> <kbd>p</kbd>{" "}
      next and previous hit · <kbd>/</kbd> search in the transcript
    </p>
  </details>
);
