#!/bin/sh
# Indexes a folder. Prints nothing when all went well, so that cron sends no mail.
# usage: nightly.sh FOLDER [LOG]
set -u
folder=${1:?usage: nightly.sh FOLDER [LOG]}
log=${2:-$HOME/mediasearch.ndjson}

mediasearch index "$folder" --json >>"$log" 2>"$log.err"
status=$?
case $status in
0) exit 0 ;;
3)
  echo "Some files could not be indexed:"
  mediasearch jobs
  ;;
11) exit 0 ;; # The run of last night still goes on.
*)
  echo "mediasearch index $folder ended with $status:"
  tail -n 5 "$log.err"
  ;;
esac
exit "$status"
