/**
 * A recogniser of somebody's own, as a command: `byo-command.ts EARS-URL FORMAT [INPUT] [OUTPUT]`
 * asks a server of these tests what it hears and prints it in FORMAT. Faults by MODE: what it does
 * instead.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";

const [ears = "", format = "json", input, output] = process.argv.slice(2);
const mode = process.env["MODE"] ?? "";
if (mode === "hang") {
  // A program that will not end when asked to, and one that it started itself.
  process.on("SIGTERM", () => {});
  const child = spawn(
    process.execPath,
    ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"],
    { stdio: "ignore" },
  );
  writeFileSync(process.env["PIDS"] ?? "", `${process.pid} ${child.pid}`);
  setInterval(() => {}, 1000);
} else if (mode.startsWith("exit ")) {
  process.stderr.write(`something went wrong, the token is ${process.env["MY_TOKEN"]}\n`);
  process.exitCode = Number(mode.slice(5));
} else if (mode.startsWith("print ")) process.stdout.write(mode.slice(6).replaceAll("\\n", "\n"));
else if (mode === "flood") for (let i = 0; i < 70; i++) process.stdout.write("x".repeat(2 ** 20));
else if (mode === "environment")
  process.stdout.write(
    JSON.stringify({ segments: [{ startMs: 0, endMs: 1000, text: JSON.stringify(process.env) }] }),
  );
else {
  const wav = input ? readFileSync(input) : readFileSync(0);
  const reply = await fetch(`${ears}/hear/${format}`, {
    method: "POST",
    body: new Uint8Array(wav),
  });
  const answer = await reply.text();
  if (output) writeFileSync(`${output}/audio.${format}`, answer);
  else process.stdout.write(answer);
}
