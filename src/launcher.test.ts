import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { launcher, limitThisProcess } from "./launcher.ts";

const canLimit = launcher({}).length > 0;
const LIMIT = 1_500_000_000;

/**
 * Waits for its limit, asks for more than that in one turn of its event loop, and says how it went.
 */
const GREEDY = `
  import { readFileSync } from "node:fs";
  import { limitThisProcess } from ${JSON.stringify(new URL("./launcher.ts", import.meta.url).href)};
  limitThisProcess(${LIMIT});
  const limits = () => readFileSync("/proc/self/limits", "utf8");
  while (!limits().includes("${LIMIT}")) await new Promise((done) => setTimeout(done, 10));
  const kept = [];
  try {
    for (let n = 0; n < 100; n++) kept.push(Buffer.alloc(50_000_000, 1));
    console.log("got all");
  } catch (error) {
    console.log(error.constructor.name, kept.length < 30, /core file size +0/i.test(limits()));
  }
`;

describe.runIf(canLimit)("a limit of the kernel", () => {
  it("makes requests beyond it fail in the process itself", () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", GREEDY],
      { encoding: "utf8" },
    );
    expect(stdout, stderr).toBe("RangeError true true\n");
  });

  it("is not that of a program which has none of its own", () => {
    const words = [...launcher({}), "/bin/sh", "-c", "ulimit -S -d; ulimit -c"].join(" ");
    const limited = spawnSync("/bin/sh", [
      "-c",
      `ulimit -S -d 1000000; ulimit -S -d; exec ${words.replace("ulimit -S -d; ulimit -c", "'ulimit -S -d; ulimit -c'")}`,
    ]);
    expect(limited.stdout.toString().split("\n")).toEqual(["1000000", "unlimited", "0", ""]);
  });

  it("is left out where the user may have less only, and the program starts all the same", () => {
    const [command = "", ...words] = launcher({ maxDataBytes: 5_000_000_000 });
    const shell = `ulimit -d 3000000; exec ${[command, ...words].join(" ")} /bin/echo started`;
    const asUser = process.geteuid?.() === 0 ? ["setpriv", "--reuid=65534", "--"] : [];
    const [first = "", ...rest] = [...asUser, "/bin/sh", "-c", shell];
    // The words that suit this process do not suit one that has less.
    expect(spawnSync(first, rest, { encoding: "utf8" }).stdout).toBe("");
    const script = `
      import { launcher } from ${JSON.stringify(new URL("./launcher.ts", import.meta.url).href)};
      console.log(launcher({ maxDataBytes: 5_000_000_000 }).join(" "));
    `;
    const node = `ulimit -d 3000000; exec ${process.execPath} --disable-warning=ExperimentalWarning --input-type=module`;
    const [command2 = "", ...rest2] = [...asUser, "/bin/sh", "-c", node];
    expect(spawnSync(command2, rest2, { encoding: "utf8", input: script }).stdout).toBe(
      "/usr/bin/prlimit --core=0:0 --\n",
    );
  });
});

describe.runIf(process.platform !== "linux")("on other systems", () => {
  it("nothing is put before a program", () => {
    limitThisProcess(LIMIT);
    expect(launcher({ withoutNetwork: true, maxDataBytes: 1 })).toEqual([]);
  });
});
