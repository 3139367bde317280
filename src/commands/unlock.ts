import { formatJson } from "../text/format.ts";
import { type LockHolder, unlockLibrary, type UnlockReport } from "../app/library/unlock.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { UNLOCK_SPEC } from "../cli/specs/library.ts";
import { formatDuration, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof UNLOCK_SPEC> = async (_args, flags, { io, ...context }) => {
  const report = await unlockLibrary(context, {
    breakLock: hasFlag(flags, "yes"),
    force: hasFlag(flags, "force"),
  });
  if (hasFlag(flags, "json")) io.stdout.write(`${formatJson({ version: 1, ...report })}\n`);
  else io.stdout.write(unlockText(report));
  return 0;
};

function unlockText({ library, holders, isBroken }: UnlockReport): string {
  if (holders.length === 0) return `${library}: nobody has it\n`;
  const lines = holders.map(
    (holder) =>
      `${library}: process ${holder.pid} on ${stripControls(holder.host)}, since ${formatInstant(holder.startedAtMs)}, last heard of ${lastHeard(holder)}\n  ${stateText(holder)}\n`,
  );
  return `${lines.join("")}${isBroken ? "unlocked\n" : "nothing was changed; mediasearch unlock --yes takes the library from it\n"}`;
}

function lastHeard({ renewedAtMs }: LockHolder): string {
  const agoMs = Date.now() - renewedAtMs;
  return agoMs >= 0
    ? `${formatDuration(agoMs)} ago`
    : `at ${formatInstant(renewedAtMs)}, which is in the future`;
}

/** Whether the process lives, and what a break of its lock would break. */
function stateText({ liveness, isHeld }: LockHolder): string {
  if (liveness === "alive")
    return "it lives: without the lock two runs do the same work, and the file that it works on may be refused";
  if (liveness === "dead")
    return "it has ended: the next run takes the library; files that it had not committed are indexed again";
  return isHeld
    ? "it is on another machine or in another container and was heard of in the last minute; if it lives, two runs would do the same work"
    : "it is on another machine or in another container and was silent for more than a minute: the next run takes the library";
}
