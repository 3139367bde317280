#!/usr/bin/env node
const { enableCompileCache } = require("node:module");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`mediasearch needs Node 22.13 or newer; this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  // Before the first module of ours: those loaded earlier would be compiled anew each time.
  enableCompileCache();
  require("../dist/start.js").start();
}
