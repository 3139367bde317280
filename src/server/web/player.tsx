import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MediaFile } from "./api.ts";
import { isTyping } from "./results.tsx";

export type Player = HTMLVideoElement | HTMLAudioElement;

interface PlayerProps {
  readonly file: MediaFile;
  readonly player: RefObject<Player>;
  readonly onTime: (ms: number) => void;
}

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** The browser's own player, which knows captions, full screen and the keys of the system. */
export function MediaPlayer({ file, player, onTime }: PlayerProps) {
  const [hasFailed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);
  usePlayerKeys(player);
  if (file.kind === "captions")
    return <p class="quiet">There is no recording beside these captions.</p>;
  const props = {
    src: file.links.media,
    controls: true,
    preload: "metadata" as const,
    onTimeUpdate: () => onTime((player.current?.currentTime ?? 0) * 1000),
    onSeeked: () => onTime((player.current?.currentTime ?? 0) * 1000),
    onError: () => setFailed(true),
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
          onChange={({ currentTarget: { value } }) => {
            setSpeed(Number(value));
            if (player.current) player.current.playbackRate = Number(value);
          }}
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

/** Seconds that a key moves by. */
const STEPS: Readonly<Record<string, number>> = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 };

function usePlayerKeys(player: RefObject<Player>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const media = player.current;
      if (!media || isTyping(event) || event.target === media) return;
      const step = STEPS[event.key];
      const isButton = event.target instanceof HTMLElement && event.target.tagName === "BUTTON";
      if (step !== undefined) media.currentTime = Math.max(0, media.currentTime + step);
      else if (event.key === "k" || (event.key === " " && !isButton)) toggle(media);
      else if (event.key === "m") media.muted = !media.muted;
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function toggle(media: Player): void {
  if (media.paused) void media.play().catch(() => {});
  else media.pause();
}
