#!/bin/sh
# Cuts out every place where something was said, into files 001.mp4, 002.mp4 and so on.
# usage: clip-every-hit.sh QUERY FOLDER
set -eu
query=${1:?usage: clip-every-hit.sh QUERY FOLDER}
folder=${2:?usage: clip-every-hit.sh QUERY FOLDER}
mkdir -p "$folder"
# The numbers are those of this ranking, so --limit and --mode must be the same in both calls.
mediasearch search "$query" --mode keyword --limit 50 --format ndjson |
  node -e '
    for (const line of require("node:fs").readFileSync(0, "utf8").split("\n"))
      if (line !== "") console.log(JSON.parse(line).number);
  ' |
  while read -r number; do
    output=$(printf '%s/%03d.mp4' "$folder" "$number")
    mediasearch search "$query" --mode keyword --limit 50 --clip "$number" --output "$output" </dev/null
  done
