import { Box, render, Static, Text } from "ink";
import { createElement as h, type ReactNode } from "react";
import { formatTimestamp } from "../../text/format.ts";
import type { CliStreams } from "../../terminal/io.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { StatusLine, StatusDetails } from "../../terminal/status-line.ts";

const SHOWN_FAILURES = 5;
const BAR_WIDTH = 30;
const REDRAW_MS = 100;

interface ViewState {
  readonly text: string;
  readonly notes: readonly string[];
  readonly details: StatusDetails | undefined;
}

/**
 * The live view of `index` on a terminal: the bar, what each worker does and where it is, the
 * failures so far; notes scroll above it.
 */
export function openLiveView(io: CliStreams): StatusLine {
  const state = {
    text: "looking for files",
    notes: [] as string[],
    details: undefined as StatusDetails | undefined,
  };
  // Ink calls the stream that it draws on stdout; results go to the real one. A CI variable is no
  // reason for it to stay silent: the caller has seen a terminal.
  const app = render(view(state), {
    stdout: io.stderr as unknown as NodeJS.WriteStream,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 10,
  });
  let isEnded = false;
  let pending: NodeJS.Timeout | undefined;
  const draw = (): void => {
    clearTimeout(pending);
    pending = undefined;
    if (!isEnded) app.rerender(view({ ...state, notes: [...state.notes] }));
  };
  // Files that did not change pass by the thousand: what nobody can see is not drawn.
  const drawSoon = (): void => {
    pending ??= setTimeout(draw, REDRAW_MS);
  };
  return {
    update(text, details) {
      state.text = text;
      state.details = details ?? state.details;
      drawSoon();
    },
    note(text) {
      if (isEnded) return void io.stderr.write(`${text}\n`);
      state.notes.push(text);
      drawSoon();
    },
    end() {
      if (isEnded) return;
      state.text = "";
      state.details = undefined;
      draw();
      isEnded = true;
      app.unmount();
    },
  };
}

const view = ({ text, notes, details }: ViewState): ReactNode =>
  h(
    Box,
    { flexDirection: "column" },
    h(Static<string>, {
      items: [...notes],
      children: (note, index) => h(Text, { key: index }, note),
    }),
    text === ""
      ? null
      : h(
          Box,
          { flexDirection: "column" },
          details?.total ? h(Bar, { done: details.done, total: details.total }) : null,
          h(Text, null, text),
          ...(details?.working ?? []).map((one) => h(Work, { key: one.file, ...one })),
          ...(details && details.failures.length > 0
            ? [h(Failures, { key: "failures", failures: details.failures })]
            : []),
        ),
  );

function Bar({ done, total }: { readonly done: number; readonly total: number }): ReactNode {
  const share = Math.min(1, done / total);
  const filled = Math.floor(share * BAR_WIDTH);
  return h(
    Text,
    null,
    h(Text, { color: "green" }, "█".repeat(filled)),
    h(Text, { dimColor: true }, "░".repeat(BAR_WIDTH - filled)),
    ` ${Math.floor(100 * share)} %`,
  );
}

function Work({
  file,
  phase,
  positionMs,
  durationMs,
}: StatusDetails["working"][number]): ReactNode {
  if (phase !== undefined)
    return h(
      Text,
      { wrap: "truncate-middle" },
      h(Text, { color: "cyan" }, `  ${phase}  `),
      stripControls(file),
    );
  const share = durationMs
    ? `${String(Math.min(99, Math.floor((100 * positionMs) / durationMs))).padStart(3)} %`
    : "     ";
  return h(
    Text,
    { wrap: "truncate-middle" },
    h(Text, { color: "cyan" }, `  ${share}  `),
    `${formatTimestamp(positionMs)}${durationMs ? ` of ${formatTimestamp(durationMs)}` : ""}  ${stripControls(file)}`,
  );
}

function Failures({ failures }: { readonly failures: readonly string[] }): ReactNode {
  return h(
    Text,
    { color: "red" },
    `  ${failures.length} failed so far${failures.length > SHOWN_FAILURES ? ", the last:" : ":"}\n${failures
      .slice(-SHOWN_FAILURES)
      .map((one) => `    ${stripControls(one)}`)
      .join("\n")}`,
  );
}
