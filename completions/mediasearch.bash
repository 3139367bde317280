# made by `npm run docs` of mediasearch
# source <(mediasearch completion bash)
_mediasearch() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=""
  COMPREPLY=()
  # --mode=hybrid comes as three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=( $(compgen -W "index search ask transcript list mcp serve keys audit status jobs speakers folders edits remove ingest models migrate config backup restore export import workers unlock completion bench doctor help --help --version" -- "$cur") )
    return
  fi
  # What follows -- is no option.
  local i
  for (( i = 2; i < COMP_CWORD; i++ )); do if [[ ${COMP_WORDS[i]} == "--" ]]; then return; fi; done
  case "$command:$prev" in
    index:--captions) words="prefer only ignore" ;;
    index:--channels) words="auto mix separate" ;;
    index:--color) words="always never auto" ;;
    search:-m|search:--mode) words="keyword semantic hybrid" ;;
    search:--origin) words="captions asr" ;;
    search:--format) words="text json ndjson csv tsv md srt vtt m3u edl otio fcpxml" ;;
    search:--fps) words="23.976 24 25 29.97 30 50 59.94 60" ;;
    search:--color) words="always never auto" ;;
    ask:--origin) words="captions asr" ;;
    ask:--color) words="always never auto" ;;
    transcript:--format) words="text srt vtt json ndjson csv tsv md" ;;
    transcript:--color) words="always never auto" ;;
    list:--origin) words="captions asr" ;;
    list:--state) words="registered indexed partial failed deleted" ;;
    list:--sort) words="file duration segments speakers origin state language size modified recorded indexed" ;;
    list:--format) words="text json ndjson csv tsv md m3u" ;;
    list:--color) words="always never auto" ;;
    mcp:--color) words="always never auto" ;;
    serve:--color) words="always never auto" ;;
    keys:--format) words="text json" ;;
    keys:--color) words="always never auto" ;;
    audit:--color) words="always never auto" ;;
    status:--color) words="always never auto" ;;
    jobs:--state) words="RETRYING NEEDS_MEDIA_FIX NEEDS_ENGINE_TUNING QUARANTINED SKIPPED" ;;
    jobs:--color) words="always never auto" ;;
    speakers:--color) words="always never auto" ;;
    folders:--color) words="always never auto" ;;
    edits:--color) words="always never auto" ;;
    remove:--color) words="always never auto" ;;
    ingest:--color) words="always never auto" ;;
    models:--color) words="always never auto" ;;
    migrate:--color) words="always never auto" ;;
    config:--color) words="always never auto" ;;
    backup:--color) words="always never auto" ;;
    restore:--color) words="always never auto" ;;
    export:--format) words="json srt vtt txt md" ;;
    export:--color) words="always never auto" ;;
    import:--color) words="always never auto" ;;
    workers:--color) words="always never auto" ;;
    unlock:--color) words="always never auto" ;;
    completion:--color) words="always never auto" ;;
    bench:--color) words="always never auto" ;;
    doctor:--backend) words="local vast" ;;
    doctor:--format) words="text json md" ;;
    doctor:--color) words="always never auto" ;;
    index:--store|index:--include|index:--exclude|index:--captions-encoding|index:--language|index:--audio-track|index:--subtitle-track|index:--engine|index:--speakers|index:--vocabulary|index:-j|index:--jobs|index:--events|index:--reconcile|index:--metrics-file|index:--config|index:--env-file|search:--store|search:-l|search:--limit|search:--file|search:--speaker|search:--title|search:--show|search:--chapter|search:--lang|search:--after|search:--before|search:--duration|search:--confidence|search:--like|search:--related|search:-C|search:--context|search:--offset|search:--min-score|search:--play|search:--player|search:--clip|search:-o|search:--output|search:--clips|search:--supercut|search:--pad|search:--config|search:--env-file|ask:--store|ask:-l|ask:--limit|ask:--file|ask:--speaker|ask:--title|ask:--show|ask:--chapter|ask:--lang|ask:--after|ask:--before|ask:--duration|ask:--confidence|ask:--config|ask:--env-file|transcript:--store|transcript:--at|transcript:-C|transcript:--context|transcript:--number|transcript:--config|transcript:--env-file|list:--store|list:--file|list:--speaker|list:--title|list:--show|list:--chapter|list:--lang|list:--after|list:--before|list:--duration|list:--config|list:--env-file|mcp:--store|mcp:--config|mcp:--env-file|serve:--store|serve:--listen|serve:--public-url|serve:--tls-cert|serve:--tls-key|serve:--behind-proxy|serve:--config|serve:--env-file|keys:--store|keys:--scopes|keys:--filter|keys:--expires|keys:--name|keys:--config|keys:--env-file|audit:--store|audit:--after|audit:-l|audit:--limit|audit:--config|audit:--env-file|status:--store|status:--config|status:--env-file|jobs:--store|jobs:--engine|jobs:--config|jobs:--env-file|speakers:--store|speakers:--into|speakers:--file|speakers:--speaker|speakers:--config|speakers:--env-file|folders:--store|folders:--config|folders:--env-file|edits:--store|edits:--config|edits:--env-file|remove:--store|remove:--config|remove:--env-file|ingest:--store|ingest:--include|ingest:--exclude|ingest:--language|ingest:--to|ingest:--config|ingest:--env-file|models:--config|models:--env-file|migrate:--store|migrate:--to|migrate:--from|migrate:--only|migrate:--config|migrate:--env-file|config:--config|config:--env-file|backup:--store|backup:--config|backup:--env-file|restore:--store|restore:--number|restore:--config|restore:--env-file|export:--store|export:-o|export:--output|export:--config|export:--env-file|import:--store|import:--for|import:--config|import:--env-file|workers:--store|workers:--config|workers:--env-file|unlock:--store|unlock:--config|unlock:--env-file|completion:--config|completion:--env-file|bench:--engine|bench:--language|bench:--vocabulary|bench:--config|bench:--env-file|doctor:--store|doctor:--confirm|doctor:--hours-per-day|doctor:--config|doctor:--env-file) return ;;
  esac
  if [[ -z $words && $cur == -* ]]; then
    case "$command" in
      index) words="--store --include --exclude --captions --captions-encoding --language --audio-track --subtitle-track --channels --resync --engine --speakers --vocabulary -j --jobs -w --watch --events --reconcile --print -n --dry-run --metrics-file --json --config --env-file -q --quiet --color -h --help" ;;
      search) words="--store -m --mode -l --limit --file --speaker --title --show --chapter --lang --origin --after --before --duration --confidence --like --related -C --context --group --all-hits --fresh --offset --links --min-score --explain --format --json --raw-cells --files --count --print0 --fps --play --player --clip -o --output --clips --supercut --exact --titles --force --pad --config --env-file -q --quiet --color -h --help" ;;
      ask) words="--store -l --limit --brief --file --speaker --title --show --chapter --lang --origin --after --before --duration --confidence --json --config --env-file -q --quiet --color -h --help" ;;
      transcript) words="--store --words --at -C --context --original --archived --number --format --json --raw-cells --config --env-file -q --quiet --color -h --help" ;;
      list) words="--store --file --speaker --title --show --chapter --lang --origin --after --before --duration --state --sort -r --reverse --format --json --raw-cells --print0 --config --env-file -q --quiet --color -h --help" ;;
      mcp) words="--store --config --env-file -q --quiet --color -h --help" ;;
      serve) words="--store --listen --public-url --tls-cert --tls-key --behind-proxy --config --env-file -q --quiet --color -h --help" ;;
      keys) words="--store --scopes --filter --expires --name --format --json --config --env-file -q --quiet --color -h --help" ;;
      audit) words="--store --after -l --limit --json --config --env-file -q --quiet --color -h --help" ;;
      status) words="--store --json --config --env-file -q --quiet --color -h --help" ;;
      jobs) words="--store --all --state --engine --json --config --env-file -q --quiet --color -h --help" ;;
      speakers) words="--store --into --file --speaker -n --dry-run --json --config --env-file -q --quiet --color -h --help" ;;
      folders) words="--store --json --config --env-file -q --quiet --color -h --help" ;;
      edits) words="--store --all --json --config --env-file -q --quiet --color -h --help" ;;
      remove) words="--store -n --dry-run --undo --purge --json --config --env-file -q --quiet --color -h --help" ;;
      ingest) words="--store --include --exclude --language --to --force -n --dry-run --json --config --env-file -q --quiet --color -h --help" ;;
      models) words="--json --config --env-file -q --quiet --color -h --help" ;;
      migrate) words="--store --to --from --only -n --dry-run --with-media --status --resume --verify --reembed --retranscribe --json --config --env-file -q --quiet --color -h --help" ;;
      config) words="--config --env-file -q --quiet --color --json -h --help" ;;
      backup) words="--store -f --force --json --config --env-file -q --quiet --color -h --help" ;;
      restore) words="--store --number --check -f --force --json --config --env-file -q --quiet --color -h --help" ;;
      export) words="--store --format -o --output --vectors --words -f --force --json --config --env-file -q --quiet --color -h --help" ;;
      import) words="--store --for --json --config --env-file -q --quiet --color -h --help" ;;
      workers) words="--store --json --config --env-file -q --quiet --color -h --help" ;;
      unlock) words="--store --yes -f --force --json --config --env-file -q --quiet --color -h --help" ;;
      completion) words="--config --env-file -q --quiet --color -h --help" ;;
      bench) words="--engine --language --vocabulary --json --config --env-file -q --quiet --color -h --help" ;;
      doctor) words="--store --fix --deep --strict --backend --perf --readiness --confirm --hours-per-day --format --json --config --env-file -q --quiet --color -h --help" ;;
    esac
  elif [[ -z $words ]] && (( COMP_CWORD == 2 )); then
    case "$command" in
      keys) words="create list revoke" ;;
      jobs) words="list show retry skip purge" ;;
      speakers) words="list rename merge enrol match profiles forget" ;;
      folders) words="list forget" ;;
      edits) words="list show undo" ;;
      models) words="list pull verify path" ;;
      workers) words="list drain pause resume" ;;
      completion) words="bash zsh fish" ;;
      bench) words="asr speakers" ;;
      help) words="index search ask transcript list mcp serve keys audit status jobs speakers folders edits remove ingest models migrate config backup restore export import workers unlock completion bench doctor" ;;
    esac
  fi
  if [[ -n $words ]]; then COMPREPLY=( $(compgen -W "$words" -- "$cur") ); fi
}
complete -o default -F _mediasearch mediasearch
