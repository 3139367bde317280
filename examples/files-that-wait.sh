#!/bin/sh
# One line for every file that could not be indexed: its state, path and reason, parted by tabs.
set -eu
mediasearch jobs --json | node -e '
  const { jobs } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  for (const { state, file, reason } of jobs) console.log([state, file, reason].join("\t"));
'
