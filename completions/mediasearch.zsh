#compdef mediasearch
# made by `npm run docs` of mediasearch
# source <(mediasearch completion zsh), or save it as _mediasearch in a folder of $fpath
_mediasearch() {
  local -a commands
  commands=(
    'index:make files and folders searchable'
    'search:find what was said'
    'ask:gather what was said about a question, and have it answered'
    'transcript:print the transcript of a file'
    'list:show what is in the library'
    'mcp:serve assistants that speak the Model Context Protocol, on standard input and output'
    'serve:serve searches, transcripts and media to browsers and programs'
    'keys:make, list and revoke keys of the server'
    'audit:show who did what on the server'
    'status:show the state of the library'
    'jobs:list, show, retry, skip or forget files that failed'
    'speakers:list, rename or merge the people who speak, or know them by their voices'
    'folders:show the folders that were indexed, and how far they are'
    'edits:show or take back what was changed by hand'
    'remove:take files and folders out of the library'
    'ingest:register files in the library without processing them'
    'models:list, download and check the models'
    'migrate:move a library, or bring it up to date'
    'config:show every setting and where it comes from'
    'backup:write a library that is in use into one checksummed file'
    'restore:put a library back from a backup, or a recording as it was'
    'export:write transcripts as files, beside the media or into a folder'
    'import:read transcripts into the library'
    'workers:show who indexes into the library, drain one, pause all'
    'unlock:show who has locked the library, and break the lock'
    'completion:print the completion of commands and options for a shell'
    'bench:measure recognisers and speakers on recordings of your own'
    'doctor:check whether this machine can index and search, and repair what it can'
    'help:display help for a command'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    index) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '*'--include='[only files that match, relative to the folder (repeatable)]:glob: ' \
      '*'--exclude='[leave out files and folders that match (repeatable)]:glob: ' \
      '(--captions)'--captions='[prefer captions to recognition, use only captions, or ignore them]:mode:(prefer only ignore)' \
      '(--captions-encoding)'--captions-encoding='[code page of captions that are not Unicode, such as windows-1251 or cp850; guessed otherwise]:name: ' \
      '(--language)'--language='[language of the speech and of the captions to pick, such as en or pt-BR]:tag: ' \
      '(--audio-track)'--audio-track='[sound track to recognise\: its number, language or title, or auto]:track: ' \
      '(--subtitle-track)'--subtitle-track='[subtitle track to read\: its number, language or title, or auto]:track: ' \
      '(--channels)'--channels='[channels of the sound\: mix them, recognise each by itself (separate; each is a speaker), or auto]:mode:(auto mix separate)' \
      '(--resync)'--resync'[move captions beside recordings to the times of their speech, where they are out of step]' \
      '(--engine)'--engine='[speech recogniser, or several to try in order, separated by commas\: local, NVIDIA_NIMS, WHISPER (servers), BYO (your own), SHERPA (a model of yours), or STUB (marks its rows; for tests and demos)]:name: ' \
      '(--speakers)'--speakers='[tell apart who speaks, on this machine\: auto, or the number of speakers in each recording]:n: ' \
      '(--vocabulary)'--vocabulary='[file of names and terms, one a line, that the recogniser on this machine is to expect in English speech]:file:_files' \
      '(-j --jobs)'{-j+,--jobs=}'[files worked on at once, each in a process of its own]:n: ' \
      '(-w --watch)'{-w,--watch}'[follow changes until Ctrl-C]' \
      '(--events)'--events='[with --watch, where a bucket'\''s notifications come from\: kafka\://HOST\:PORT/TOPIC, kafka+tls\://…, sqs\://HOST/ACCOUNT/QUEUE]:address: ' \
      '(--reconcile)'--reconcile='[with --events, how often the bucket is listed all the same]:time: ' \
      '(--print)'--print'[show what is recognised as it comes]' \
      '(-n --dry-run)'{-n,--dry-run}'[show what would be done, and do nothing]' \
      '(--metrics-file)'--metrics-file='[write figures of the run for Prometheus'\'' textfile collector]:path:_files' \
      '(--json)'--json'[one JSON event a line]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    search) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(-m --mode)'{-m+,--mode=}'[keyword, semantic or both]:mode:(keyword semantic hybrid)' \
      '(-l --limit)'{-l+,--limit=}'[largest number of hits, 1 to 1000 (default\: 10; all for --files with --mode keyword)]:n: ' \
      '(--file)'--file='[only in this file\: a path, a name or a glob]:pattern: ' \
      '(--speaker)'--speaker='[only what this speaker said]:name: ' \
      '(--title)'--title='[only with these words in the title]:words: ' \
      '(--show)'--show='[only of this show\: podcast, series, channel or artist]:words: ' \
      '(--chapter)'--chapter='[only under a chapter whose heading has these words]:words: ' \
      '(--lang)'--lang='[only in this language\: en takes en-GB too]:tag: ' \
      '(--origin)'--origin='[only captions, or only recognised speech]:origin:(captions asr)' \
      '(--after)'--after='[only recorded on or after this day\: 2026, 2026-01, 2026-01-31, yesterday, 7d]:date: ' \
      '(--before)'--before='[only recorded before this day]:date: ' \
      '(--duration)'--duration='[only files of this length\: '\''>10m'\'', '\''<=1h30m'\'', 10m..20m]:range: ' \
      '(--confidence)'--confidence='[only what was recognised with this confidence\: '\''>0.8'\'', '\''<60%'\'']:range: ' \
      '(--like)'--like='[in place of words\: what is near in meaning to a moment, such as talk.mp3@12\:30]:moment: ' \
      '(--related)'--related='[with each hit up to so many moments elsewhere that are near it in meaning, 1 to 20]:n: ' \
      '(-C --context)'{-C+,--context=}'[number of lines before and after each hit]:n: ' \
      '(--group)'--group'[file by file, in each by time]' \
      '(--all-hits)'--all-hits'[list every hit; else the hits of one moment are folded under the best one (+2 here), but for --mode keyword]' \
      '(--fresh)'--fresh'[with BACKEND=vast\: bring this machine'\''s copy up to date first, however young it is]' \
      '(--offset)'--offset='[skip this many hits, for the next page]:n: ' \
      '(--links)'--links'[with addresses that open files of object stores, for as long as LINK_EXPIRY_SECONDS says]' \
      '(--min-score)'--min-score='[only hits with at least this score; else those are left out that have no word of the query and are near only by chance]:score: ' \
      '(--explain)'--explain'[show how each part of the search scored a hit]' \
      '(--format)'--format='[how to print]:format:(text json ndjson csv tsv md srt vtt m3u edl otio fcpxml)' \
      '(--json)'--json'[the same as --format json]' \
      '(--raw-cells)'--raw-cells'[with csv and tsv\: no apostrophe before text that a spreadsheet would run as a formula]' \
      '(--files)'--files'[only the names of the files]' \
      '(--count)'--count'[only how many hits there are; with --mode keyword every match is counted]' \
      '(--print0)'--print0'[only the names of the files, each ended by a NUL, for xargs -0]' \
      '(--fps)'--fps='[frame rate of edl, otio and fcpxml (default\: that of the first video)]:rate:(23.976 24 25 29.97 30 50 59.94 60)' \
      '(--play)'--play='[open hit n at its moment in a player]:n: ' \
      '(--player)'--player='[program that plays hits\: mpv, vlc, ffplay, open, or a command line with {file} and {seconds}]:command: ' \
      '(--clip)'--clip='[cut hit n out of its file, into --output]:n: ' \
      '(-o --output)'{-o+,--output=}'[file of the clip; its ending sets the format\: mp4, mov, mkv, webm, m4a, mp3, ogg, opus, flac, wav]:file:_files' \
      '(--clips)'--clips='[cut each hit that is shown into a file of its own, named by recording and time]:folder:_files' \
      '(--supercut)'--supercut='[join the hits into one file, whatever theirs are]:file:_files' \
      '(--exact)'--exact'[cut clips to the frame by encoding, instead of copying from the key frame before]' \
      '(--titles)'--titles'[write file, time and speaker into the picture]' \
      '(--force)'--force'[replace a clip that is there]' \
      '(--pad)'--pad='[added before and after each hit (default\: 0.5 in clips, else 0)]:seconds: ' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:words: ' ;;
    ask) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(-l --limit)'{-l+,--limit=}'[largest number of moments, 1 to 30 (default\: 8)]:n: ' \
      '(--brief)'--brief'[the moments alone, whatever ANSWER_ENDPOINT says]' \
      '(--file)'--file='[only in this file\: a path, a name or a glob]:pattern: ' \
      '(--speaker)'--speaker='[only what this speaker said]:name: ' \
      '(--title)'--title='[only with these words in the title]:words: ' \
      '(--show)'--show='[only of this show\: podcast, series, channel or artist]:words: ' \
      '(--chapter)'--chapter='[only under a chapter whose heading has these words]:words: ' \
      '(--lang)'--lang='[only in this language\: en takes en-GB too]:tag: ' \
      '(--origin)'--origin='[only captions, or only recognised speech]:origin:(captions asr)' \
      '(--after)'--after='[only recorded on or after this day\: 2026, 2026-01, 2026-01-31, yesterday, 7d]:date: ' \
      '(--before)'--before='[only recorded before this day]:date: ' \
      '(--duration)'--duration='[only files of this length\: '\''>10m'\'', '\''<=1h30m'\'', 10m..20m]:range: ' \
      '(--confidence)'--confidence='[only what was recognised with this confidence\: '\''>0.8'\'', '\''<60%'\'']:range: ' \
      '(--json)'--json'[the same as --format json]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:words: ' ;;
    transcript) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--words)'--words'[with srt and vtt\: a cue for each word, where times are known]' \
      '(--at)'--at='[only around this moment\: 1\:23\:45, 12\:30 or seconds]:time: ' \
      '(-C --context)'{-C+,--context=}'[with --at, number of lines before and after it (default\: 3)]:n: ' \
      '(--original)'--original'[without what was changed by hand]' \
      '(--archived)'--archived'[the one that was replaced last]' \
      '(--number)'--number='[with --archived, which one\: 1 was replaced last, 2 before it]:n: ' \
      '(--format)'--format='[how to print]:format:(text srt vtt json ndjson csv tsv md)' \
      '(--json)'--json'[the same as --format json]' \
      '(--raw-cells)'--raw-cells'[with csv and tsv\: no apostrophe before text that a spreadsheet would run as a formula]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    list) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--file)'--file='[only these files\: a path, a name or a glob]:pattern: ' \
      '(--speaker)'--speaker='[only files in which this speaker speaks]:name: ' \
      '(--title)'--title='[only with these words in the title]:words: ' \
      '(--show)'--show='[only of this show\: podcast, series, channel or artist]:words: ' \
      '(--chapter)'--chapter='[only under a chapter whose heading has these words]:words: ' \
      '(--lang)'--lang='[only in this language\: en takes en-GB too]:tag: ' \
      '(--origin)'--origin='[only captions, or only recognised speech]:origin:(captions asr)' \
      '(--after)'--after='[only recorded on or after this day\: 2026, 2026-01, 2026-01-31, yesterday, 7d]:date: ' \
      '(--before)'--before='[only recorded before this day]:date: ' \
      '(--duration)'--duration='[only files of this length\: '\''>10m'\'', '\''<=1h30m'\'', 10m..20m]:range: ' \
      '(--state)'--state='[only files in this state]:state:(registered indexed partial failed deleted)' \
      '(--sort)'--sort='[text upwards, amounts and times from the most down]:by:(file duration segments speakers origin state language size modified recorded indexed)' \
      '(-r --reverse)'{-r,--reverse}'[the other way round]' \
      '(--format)'--format='[how to print]:format:(text json ndjson csv tsv md m3u)' \
      '(--json)'--json'[the same as --format json]' \
      '(--raw-cells)'--raw-cells'[with csv and tsv\: no apostrophe before text that a spreadsheet would run as a formula]' \
      '(--print0)'--print0'[only the names of the files, each ended by a NUL, for xargs -0]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    mcp) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    serve) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--listen)'--listen='[address and port of the server]:address: ' \
      '(--public-url)'--public-url='[address under which browsers reach the server, when it is another]:url: ' \
      '(--tls-cert)'--tls-cert='[file with the server'\''s certificate and its chain (PEM)]:file:_files' \
      '(--tls-key)'--tls-key='[file with the key of that certificate (PEM)]:file:_files' \
      '(--behind-proxy)'--behind-proxy='[addresses of reverse proxies that do the TLS and whose X-Forwarded-* headers count, separated by commas]:addresses: ' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    keys) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--scopes)'--scopes='[what the key may do, separated by commas\: search, read, media, edit, index, jobs, paths, webhooks, keys, audit, metrics, or all]:names: ' \
      '(--filter)'--filter='[what the key may see, such as '\''file\:"/media/a/**"'\'']:query: ' \
      '(--expires)'--expires='[when it ends\: 90d, 12h, 1y or a date]:time: ' \
      '(--name)'--name='[what the key is for]:text: ' \
      '(--format)'--format='[how to print]:format:(text json)' \
      '(--json)'--json'[the same as --format json]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(create list revoke)' \
      '*:words: ' ;;
    audit) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--after)'--after='[only entries after this one, to export what is new]:id: ' \
      '(-l --limit)'{-l+,--limit=}'[largest number of entries (default\: all)]:n: ' \
      '(--json)'--json'[one JSON object a line]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    status) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--json)'--json'[as JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    jobs) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--all)'--all'[all of them]' \
      '(--state)'--state='[only those in this state]:state:(RETRYING NEEDS_MEDIA_FIX NEEDS_ENGINE_TUNING QUARANTINED SKIPPED)' \
      '(--engine)'--engine='[speech recogniser, or several to try in order, separated by commas\: local, NVIDIA_NIMS, WHISPER (servers), BYO (your own), SHERPA (a model of yours), or STUB (marks its rows; for tests and demos)]:name: ' \
      '(--json)'--json'[as JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list show retry skip purge)' \
      '*:file:_files' ;;
    speakers) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--into)'--into='[merge\: the name that they get]:name: ' \
      '(--file)'--file='[only in this file\: a path, a name or a glob]:pattern: ' \
      '(--speaker)'--speaker='[enrol\: who the person is in the transcript]:name: ' \
      '(-n --dry-run)'{-n,--dry-run}'[match\: say who would get a name, and change nothing]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list rename merge enrol match profiles forget)' \
      '*:words: ' ;;
    folders) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list forget)' \
      '*:words: ' ;;
    edits) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--all)'--all'[undo\: every change of the file, not the last one alone]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list show undo)' \
      '*:file:_files' ;;
    remove) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(-n --dry-run)'{-n,--dry-run}'[show what would be done, and do nothing]' \
      '(--undo)'--undo'[bring back what was taken out]' \
      '(--purge)'--purge'[wipe it from the disk, for good]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    ingest) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '*'--include='[only files that match, relative to the folder (repeatable)]:glob: ' \
      '*'--exclude='[leave out files and folders that match (repeatable)]:glob: ' \
      '(--language)'--language='[language of the speech and of the captions to pick, such as en or pt-BR]:tag: ' \
      '(--to)'--to='[upload the files and their captions below this s3\:// place first, and register them there]:place: ' \
      '(--force)'--force'[with --to, replace objects that are others]' \
      '(-n --dry-run)'{-n,--dry-run}'[show what would be done, and do nothing]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    models) _arguments -s -S \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list pull verify path)' \
      '*:words: ' ;;
    migrate) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--to)'--to='[move to vast, to local, or into a library file]:place: ' \
      '(--from)'--from='[move from vast, local or a library file (default\: the other one)]:place: ' \
      '*'--only='[only these files\: a path, a name or a glob (repeatable)]:pattern: ' \
      '(-n --dry-run)'{-n,--dry-run}'[show what would be done, and do nothing]' \
      '(--with-media)'--with-media'[upload the recordings to MEDIA_BUCKET too; the library then names them there]' \
      '(--status)'--status'[only show what there is to do (the default)]' \
      '(--resume)'--resume'[continue a move that was stopped (the default\: nothing is written twice)]' \
      '(--verify)'--verify'[only compare the two libraries of a move]' \
      '(--reembed)'--reembed'[make all embeddings again with the current model]' \
      '(--retranscribe)'--retranscribe'[recognise again what another recogniser, or an older build of it, recognised]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    config) _arguments -s -S \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(--json)'--json'[print JSON]' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    backup) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(-f --force)'{-f,--force}'[replace the file if it is there]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    restore) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--number)'--number='[which transcript of a recording\: 1 was replaced last, 2 before it]:n: ' \
      '(--check)'--check'[only check the backup]' \
      '(-f --force)'{-f,--force}'[take the place of the library that is there, which is kept under another name]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    export) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--format)'--format='[how to write them]:format:(json srt vtt txt md)' \
      '(-o --output)'{-o+,--output=}'[into this folder, ordered as the media are]:folder:_files' \
      '(--vectors)'--vectors'[with the embeddings (json only; they can be made again)]' \
      '(--words)'--words'[a cue for each word, where times are known (srt and vtt)]' \
      '(-f --force)'{-f,--force}'[replace files that differ]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    import) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--for)'--for='[the recording that one transcript belongs to (default\: of the same name)]:recording: ' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '*:file:_files' ;;
    workers) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(list drain pause resume)' \
      '*:words: ' ;;
    unlock) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--yes)'--yes'[break the lock of a run that has ended, or that can'\''t be seen from here]' \
      '(-f --force)'{-f,--force}'[break it even if the process lives]' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    completion) _arguments -s -S \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(bash zsh fish)' ;;
    bench) _arguments -s -S \
      '(--engine)'--engine='[only these, parted by commas]:names: ' \
      '(--language)'--language='[language of the speech and of the captions to pick, such as en or pt-BR]:tag: ' \
      '(--vocabulary)'--vocabulary='[file of names and terms, one a line, that the recogniser on this machine is to expect in English speech]:file:_files' \
      '(--json)'--json'[as JSON, with what was recognised]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' \
      '1:what to do:(asr speakers)' \
      '*:file:_files' ;;
    doctor) _arguments -s -S \
      '(--store)'--store='[path of the library file]:path:_files' \
      '(--fix)'--fix'[copy the library, then rebuild the parts of it that can be rebuilt]' \
      '(--deep)'--deep'[read every page of the library]' \
      '(--strict)'--strict'[exit 3 when there are warnings, or open items of --readiness]' \
      '(--backend)'--backend='[check this one, whichever is in use]:name:(local vast)' \
      '(--perf)'--perf'[measure this machine, in about a minute, beside the published figures]' \
      '(--readiness)'--readiness'[the checklist before production\: code, infrastructure, operations, data]' \
      '*'--confirm='[with --readiness\: keep that somebody looked, with the date (repeatable)]:item=text: ' \
      '(--hours-per-day)'--hours-per-day='[with --readiness --perf\: check that this many hours of audio a day can be recognised]:n: ' \
      '(--format)'--format='[how --readiness is printed]:format:(text json md)' \
      '(--json)'--json'[print JSON]' \
      '(--config)'--config='[a configuration file of your choice, in place of mediasearch.config.json]:file:_files' \
      '(--env-file)'--env-file='[read variables from a file of NAME=value lines; those of the environment win]:file:_files' \
      '(-q --quiet)'{-q,--quiet}'[results and errors only]' \
      '(--color)'--color='[always, never, or auto\: on a terminal, unless NO_COLOR says no]:when:(always never auto)' \
      '(-h --help)'{-h,--help}'[show what there is]' ;;
    help) _describe command commands ;;
  esac
}
if [[ $funcstack[1] == _mediasearch ]]; then _mediasearch "$@"; else compdef _mediasearch mediasearch; fi
