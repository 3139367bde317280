import { type Profiler, Session } from "node:inspector";

/**
 * Counts which blocks of the program's own code run in this thread, by V8 itself. The code runs
 * about half as fast from now on.
 * @returns a function that gives the blocks that have run since its last call.
 */
export function startCoverage(): () => ReadonlySet<string> {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return () => {
    const blocks = new Set<string>();
    // The session is of this thread: it answers before `post` returns.
    session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
      for (const script of result) if (isOwn(script)) addBlocks(script, blocks);
    });
    return blocks;
  };
}

const isOwn = ({ url }: Profiler.ScriptCoverage): boolean => url.includes("/src/");

function addBlocks({ scriptId, functions }: Profiler.ScriptCoverage, blocks: Set<string>): void {
  for (const { ranges } of functions)
    for (const { count, startOffset, endOffset } of ranges)
      if (count > 0) blocks.add(`${scriptId}:${startOffset}:${endOffset}`);
}
