#!/bin/sh
# How often each speaker said something: a number and a name on each line, most often first.
# usage: who-said.sh QUERY
set -eu
query=${1:?usage: who-said.sh QUERY}
mediasearch search "$query" --mode keyword --limit 1000 --json | node -e '
  const { hits } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  for (const { speaker } of hits) console.log(speaker ?? "(unknown)");
' | sort | uniq -c | sort -rn
