import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MODULE = fileURLToPath(new URL("process-mark.ts", import.meta.url));

/** Judges a sibling that the same shell started within the same tick of the clock. */
const JUDGE = `
  import { readFileSync } from "node:fs";
  import { livenessOf, processSpace } from ${JSON.stringify(MODULE)};
  const pid = Number(process.argv[1]);
  const stat = readFileSync("/proc/" + pid + "/stat", "latin1");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  process.stdout.write(livenessOf(pid, processSpace() + " " + start));
`;

describe.runIf(process.platform === "linux")("a process that started at the same moment", () => {
  it("is alive", async () => {
    for (let round = 0; round < 5; round++) {
      const script = `sleep 20 & sibling=$!; "$NODE" --input-type=module -e "$JUDGE" "$sibling"; kill $sibling`;
      // The shell becomes the judge, which keeps the moment of its start.
      const child = spawn("/bin/sh", ["-c", script.replace('"$NODE"', 'exec "$NODE"')], {
        env: { ...process.env, NODE: process.execPath, JUDGE },
        detached: true,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (text: Buffer) => (said += String(text)));
      await new Promise((resolve) => child.on("exit", resolve));
      process.kill(-(child.pid ?? 0), "SIGKILL");
      expect(said).toBe("alive");
    }
  });
});
