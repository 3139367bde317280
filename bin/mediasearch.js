#!/usr/bin/env node
const { enableCompileCache } = require("node:module");

/**
 * A user without a home folder, as in many containers, gets one that is not there: settings can
 * name every folder, and what they do not name is told as missing.
 */
function withHome() {
  const { homedir } = require("node:os");
  if (process.env.HOME === "") delete process.env.HOME;
  try {
    homedir();
  } catch {
    process.env.HOME = "/nonexistent";
  }
}

const { node, napi } = process.versions;
// SQLite's native part is made for Node-API 10: Node 22.13 and 23.5, which have less, crash in it.
if (Number.parseInt(node, 10) < 22 || Number(napi) < 10) {
  process.stderr.write(`mediasearch needs Node 22.14 or newer; this is Node ${node}.\n`);
  process.exitCode = 2;
} else {
  withHome();
  // Node runs the compiled code that it finds in that folder, and checks only lengths and sums.
  const folder = require("../dist/private-folder.js").privateFolder("compile");
  // Before the first module of ours: those loaded earlier would be compiled anew each time.
  if (folder !== undefined) enableCompileCache(folder);
  require("../dist/start.js").start();
}
