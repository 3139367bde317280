import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MediaFile } from "./api.ts";
import type { Clock } from "./clock.ts";
import { type PieceStream, playPieces } from "./piece-stream.ts";
import { isTyping } from "./results.tsx";

export type Player = HTMLVideoElement | HTMLAudioElement;

interface PlayerProps {
  readonly file: MediaFile;
  readonly player: RefObject<Player>;
  readonly clock: Clock;
}

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** The browser's own player, which knows captions, full screen and the keys of the system. */
export function MediaPlayer({ file, player, clock }: PlayerProps) {
  const { hasFailed, onError } = useFallback(file, player, clock);
  const [speed, setSpeed] = useState(1);
  const changeSpeed = (value: number): void => {
    setSpeed(value);
    if (player.current) player.current.playbackRate = value;
  };
  usePlayerKeys(player, (step) => {
    const index = SPEEDS.indexOf(speed) + step;
    changeSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, index))] ?? 1);
  });
  useClock(player, clock);
  if (file.kind === "captions")
    return <p class="quiet">There is no recording beside these captions.</p>;
  const props = {
    src: file.links.media,
    controls: true,
    preload: "metadata" as const,
    onSeeked: () => clock.set((player.current?.currentTime ?? 0) * 1000),
    onError,
  };
  const track = (
    <track
      kind="captions"
      src={file.links.captions}
      srclang={file.language ?? "und"}
      label={file.language ?? "captions"}
      default={file.kind === "video"}
    />
  );
  return (
    <div class="player">
      {file.kind === "video" ? (
        <video ref={player as RefObject<HTMLVideoElement>} playsInline {...props}>
          {track}
        </video>
      ) : (
        <audio ref={player as RefObject<HTMLAudioElement>} {...props}>
          {track}
        </audio>
      )}
      {hasFailed && (
        <p role="alert">
          This browser can't play the recording.{" "}
          <a href={file.links.media} download>
            Download it
          </a>{" "}
          or cut a clip.
        </p>
      )}
      <label class="speed">
        Speed{" "}
        <select
          value={speed}
          onChange={({ currentTarget: { value } }) => changeSpeed(Number(value))}
        >
          {SPEEDS.map((value) => (
            <option key={value} value={value}>
              {value}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/**
 * What the browser can't play comes in pieces that it can. They are made when they are played, so
 * that nothing has to be converted before.
 */
function useFallback(file: MediaFile, player: RefObject<Player>, clock: Clock) {
  const stream = useRef<PieceStream>(undefined);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => () => stream.current?.close(), []);
  const onError = (): void => {
    const { current: media } = player;
    // A piece that can't be played either is the end of it.
    if (!media || stream.current || file.durationMs === null || !("MediaSource" in window))
      return setFailed(true);
    stream.current = playPieces({
      media,
      template: file.links.stream,
      durationMs: file.durationMs,
      startSeconds: clock.get() / 1000,
      onFailure: () => setFailed(true),
    });
  };
  return { hasFailed, onError };
}

/** A word takes a fifth of a second or more; a browser tells the time four times a second. */
const TICK_MS = 60;

/** Moves the clock while the recording plays. */
function useClock(player: RefObject<Player>, clock: Clock): void {
  useEffect(() => {
    const timer = setInterval(() => {
      const media = player.current;
      if (media && !media.paused) clock.set(media.currentTime * 1000);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [clock]);
}

/** Seconds that a key moves by. */
const STEPS: Readonly<Record<string, number>> = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 };

function usePlayerKeys(player: RefObject<Player>, onSpeed: (step: number) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const media = player.current;
      if (!media || isTyping(event) || event.target === media) return;
      const isButton = event.target instanceof HTMLElement && event.target.tagName === "BUTTON";
      if (event.key === " " && isButton) return;
      if (!pressKey(event.key, media, onSpeed)) return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

/** @returns whether the key means something. */
function pressKey(key: string, media: Player, onSpeed: (step: number) => void): boolean {
  const actions: Readonly<Record<string, () => void>> = {
    k: () => toggle(media),
    " ": () => toggle(media),
    m: () => {
      media.muted = !media.muted;
    },
    c: () => toggleCaptions(media),
    f: () => void media.requestFullscreen().catch(() => {}),
    "<": () => onSpeed(-1),
    ">": () => onSpeed(1),
  };
  const step = STEPS[key];
  if (step !== undefined) media.currentTime = Math.max(0, media.currentTime + step);
  else if (Object.hasOwn(actions, key)) actions[key]?.();
  else return false;
  return true;
}

function toggleCaptions({ textTracks }: Player): void {
  for (const track of textTracks) track.mode = track.mode === "showing" ? "hidden" : "showing";
}

function toggle(media: Player): void {
  if (media.paused) void media.play().catch(() => {});
  else media.pause();
}
