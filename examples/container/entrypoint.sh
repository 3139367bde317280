#!/bin/sh
# Without arguments indexes what is mounted at MEDIA; else runs that command of mediasearch.
set -eu
if [ $# -eq 0 ]; then
  set -- index "${MEDIA:-/media}" --json
fi
# exec: signals of the container reach mediasearch, which then ends in an orderly way.
exec mediasearch "$@"
