import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, type MediaFile, type SearchPage, type Transcript } from "./api.ts";
import { formatClock, readMoment } from "./format.ts";
import { Failure, Waiting } from "./parts.tsx";
import { MediaPlayer, type Player } from "./player.tsx";
import type { Place } from "./router.ts";
import { useScopes } from "./session.ts";
import { TranscriptPane } from "./transcript.tsx";
import { useCall } from "./use-call.ts";
import { Waveform } from "./waveform.tsx";

const MAX_SEGMENTS = 100_000;

/** A recording: the player and what is said, side by side. */
export function RecordingView({
  id,
  place,
  isEmbed = false,
}: {
  readonly id: string;
  readonly place: Place;
  readonly isEmbed?: boolean;
}) {
  const [version, setVersion] = useState(0);
  const scopes = useScopes();
  const base = `/v1/files/${encodeURIComponent(id)}`;
  const { value: file, problem } = useCall<MediaFile>(base);
  const { value: transcript, problem: unreadable } = useCall<Transcript>(
    address(`${base}/transcript`, { limit: MAX_SEGMENTS }),
    version,
  );
  const words = place.query.get("q") ?? "";
  const { value: found } = useCall<SearchPage>(
    words === ""
      ? undefined
      : address("/v1/search", {
          q: words,
          fileId: id,
          mode: "keyword",
          limit: 200,
          allHits: "true",
        }),
  );
  const { player, nowMs, setNowMs, seek } = usePlayback(place, file !== undefined);
  useEffect(() => {
    if (file) document.title = `${file.file} · mediasearch`;
  }, [file]);
  if (problem)
    return (
      <main>
        <Failure problem={problem} />
      </main>
    );
  if (!file)
    return (
      <main>
        <Waiting />
      </main>
    );
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
          <MediaPlayer file={file} player={player} onTime={setNowMs} />
          <Waveform file={file} nowMs={nowMs} marks={found?.hits ?? []} onSeek={seek} />
          <CopyLink id={id} nowMs={nowMs} />
          {!isEmbed && <Keys />}
        </section>
        {unreadable && <Failure problem={unreadable} />}
        {transcript && (
          <TranscriptPane
            file={file}
            transcript={transcript}
            hits={found?.hits ?? []}
            nowMs={nowMs}
            onSeek={seek}
            onChanged={() => setVersion((last) => last + 1)}
            canEdit={!isEmbed && scopes.includes("edit")}
          />
        )}
      </div>
    </main>
  );
}

/** The moment that the address names, then the one that plays. */
function usePlayback(place: Place, isReady: boolean) {
  const player = useRef<Player>(null) as RefObject<Player>;
  const [nowMs, setNowMs] = useState(0);
  const seek = (ms: number): void => {
    setNowMs(ms);
    if (!player.current) return;
    player.current.currentTime = ms / 1000;
    void player.current.play().catch(() => {});
  };
  useEffect(() => {
    const moment = readMoment(place.hash, place.query);
    if (moment === undefined) return;
    setNowMs(moment * 1000);
    if (player.current) player.current.currentTime = moment;
  }, [isReady, place.hash]);
  return { player, nowMs, setNowMs, seek };
}

function CopyLink({ id, nowMs }: { readonly id: string; readonly nowMs: number }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <p>
      <button
        type="button"
        onClick={async () => {
          const url = `${location.origin}/f/${encodeURIComponent(id)}#t=${(nowMs / 1000).toFixed(1)}`;
          await navigator.clipboard?.writeText(url).catch(() => {});
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        Copy link at {formatClock(nowMs)}
      </button>{" "}
      <span role="status">{isCopied && "copied"}</span>
    </p>
  );
}

const Keys = () => (
  <details class="quiet">
    <summary>Keys</summary>
    <p>
      <kbd>space</kbd> or <kbd>k</kbd> play and pause · <kbd>j</kbd> <kbd>l</kbd> ten seconds ·{" "}
      <kbd>←</kbd> <kbd>→</kbd> five seconds · <kbd>m</kbd> mute · <kbd>n</kbd> <kbd>p</kbd> next
      and previous hit · <kbd>/</kbd> search in the transcript
    </p>
  </details>
);
