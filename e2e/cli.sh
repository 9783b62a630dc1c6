#!/bin/sh
# Every command of asciinema with its options, messages and exit codes, as scripts use it: without a terminal.
#
#   e2e/cli.sh [COMMAND]     the command to try; bin/asciinema of this tree without it
#
# Prints what is not as expected, and ends with the number of such things, at most 100.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
asciinema=${1:-$root/bin/asciinema}
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home" || exit 100
# Reading these takes Node longer than its start.
unset NODE_EXTRA_CA_CERTS
unset ASCIINEMA_CONFIG_HOME ASCIINEMA_STATE_HOME ASCIINEMA_SERVER_URL ASCIINEMA_API_URL XDG_CONFIG_HOME XDG_STATE_HOME
export HOME="$home" SHELL=/bin/sh TERM=xterm LANG=C.UTF-8 USER=tester
failures=0
checks=0

# Without a controlling terminal, as from cron.
run() {
  setsid -w "$asciinema" "$@" >out 2>err </dev/null
  status=$?
}

wrong() {
  failures=$((failures + 1))
  printf 'not as expected: %s\n  %s\n' "$what" "$1"
}

# check STATUS WORD...: the command ends with that status.
check() {
  expected=$1
  shift
  what="asciinema $*"
  checks=$((checks + 1))
  run "$@"
  [ "$status" -eq "$expected" ] || wrong "status $status instead of $expected: $(cat err)"
}

# says FILE TEXT: what was printed has that line, or a part of one.
says() {
  checks=$((checks + 1))
  grep -qF -- "$2" "$1" || wrong "no '$2' in $1: $(cat "$1")"
}

silent() {
  checks=$((checks + 1))
  [ -s "$1" ] && wrong "something in $1: $(cat "$1")"
}

# The command line
check 2; says err 'Usage: asciinema [OPTIONS] <COMMAND>'; silent out
for flag in -h --help help; do check 0 $flag; says out 'Commands:'; silent err; done
for flag in -V --version; do check 0 $flag; says out 'asciinema '; done
for command in record stream session play upload auth cat convert completions man help; do
  check 0 $command --help; says out 'Usage: asciinema '
done
check 0 help play; says out 'Usage: asciinema play'
check 0 play -h; says out "see more with '--help'"
for word in r re rec reco record; do check 2 $word; says err 'Usage: asciinema record <FILE>'; done
for word in c s xyzzy com; do check 2 $word; says err "error: unrecognized subcommand '$word'"; done
check 2 rec; says err 'error: the following required arguments were not provided:'; says err '  <FILE>'
check 2 rec --bogus a; says err "error: unexpected argument '--bogus' found"
check 2 rec --appendd a; says err "  tip: a similar argument exists: '--append'"
check 2 rec -f foo a; says err '  [possible values: asciicast-v3, asciicast-v2, raw, txt]'
check 2 rec -a --overwrite a; says err "error: the argument '--append' cannot be used with '--overwrite'"
check 2 rec -t a -t b c; says err "error: the argument '--title <TITLE>' cannot be used multiple times"
check 2 rec --window-size 80 a; says err "error: invalid value '80' for '--window-size <COLSxROWS>': expected COLSxROWS"
check 2 play -s 0 a; says err "error: invalid value '0' for '--speed <FACTOR>': must be more than 0"
check 2 play --start-at soon a; says err "error: invalid value 'soon' for '--start-at <TIME>'"

# record
check 0 rec -c 'echo one' one.cast
says out '::: TTY not available, recording in headless mode'; says out '::: asciinema session started'
says out '::: Recording to one.cast'; says out '::: asciinema session ended'; says out '::: Recorded to one.cast'
says one.cast '"version":3'; says one.cast '"one\r\n"'; says one.cast '"x", "0"'
check 1 rec -c true one.cast; says err 'Error: file exists, use --overwrite or --append: one.cast'
check 0 -q rec -a -c 'echo two' one.cast; silent out; says one.cast '"two\r\n"'; says one.cast '"m", "continued 20'
check 1 rec -a -f raw -c true one.cast; says err "can't append raw: one.cast is in asciicast-v3 format"
check 0 rec -q --overwrite --headless -t Title -i 2.5 --capture-env USER,TERM --window-size 100x30 -I -c 'stty size' one.cast
says one.cast '"cols":100,"rows":30'; says one.cast '"title":"Title"'; says one.cast '"idle_time_limit":2.5'
says one.cast '"USER":"tester"'; says one.cast '"30 100\r\n"'
check 0 rec -q --cols 10 --rows 10 --raw --stdin -c true two.cast
check 0 rec -q -c 'exit 7' status.cast
check 7 rec -q --overwrite --return -c 'exit 7' status.cast
check 143 rec -q --overwrite --return -c 'kill $$' status.cast
check 0 rec -q -f asciicast-v2 -c 'echo v2' v2.cast; says v2.cast '"version":2'
check 0 rec -q -f raw -c 'echo raw' raw; says raw '[8;24;80traw'
check 0 rec -q -c 'echo text' text.txt; says text.txt text
check 0 rec -q -c 'echo packed' packed.cast.gz; gzip -t packed.cast.gz || wrong 'gzip finds fault with it'
check 0 rec -q -c 'echo deep' new/folder/deep.cast
check 1 rec -c true new; says err "Error: can't open new: Is a directory (os error 21)"
check 1 rec -c true /dev/full; says err "Error: can't write /dev/full: No space left on device (os error 28)"
check 0 rec -q -c true --log-file log logged.cast; says log 'INFO asciinema: session ended with status 0'
check 0 rec -c 'echo piped' /dev/stdout; says out '"piped\r\n"'; says err '::: asciinema session started'
check 0 session -q -o session.cast -c 'echo $A' A=b; says session.cast '"b\r\n"'
check 2 session; says err '  <--output-file <PATH>|--stream-local [<IP:PORT>]|--stream-remote [<STREAM-ID|WS-URL>]>'

# stream
check 2 stream; says err '  <--local [<IP:PORT>]|--remote [<STREAM-ID|WS-URL>]>'
check 2 stream -l localhost:80; says err "error: invalid value 'localhost:80' for '--local [<IP:PORT>]': invalid socket address syntax"
check 2 st -r http://example.org; says err 'must be a WebSocket URL (ws:// or wss://)'
check 0 stream -l -c 'echo live'
says out '::: asciinema session started'; says out '::: Live streaming at http://127.0.0.1:'; says out '::: asciinema session ended'
check 7 stream --local=[::1]:0 --headless --return -t Title --capture-env USER --window-size 100x30 -I -c 'exit 7'
check 0 stream -q -l 0.0.0.0:0 --log-file stream.log -c true; silent out; says stream.log 'INFO asciinema: listening on 0.0.0.0:'
check 1 stream -l 192.0.2.1:0 -c true; says err 'Error: cannot start listener'; says err 'Address not available (os error 99)'
check 1 stream -r --server-url http://127.0.0.1:2 -c true
says err 'Error: cannot obtain stream producer endpoint - is the server down?'; says err '    Connection refused (os error 111)'
check 0 session -q -o live.cast -l -c 'echo $A' A=b; says live.cast '"b\r\n"'

# convert, cat, play
check 0 convert one.cast three.cast; says three.cast '"version":3'
check 1 convert one.cast three.cast; says err 'Error: file exists, use --overwrite option to overwrite the file: three.cast'
check 0 convert --overwrite -f asciicast-v2 one.cast three.cast; says three.cast '"version":2'
check 0 convert v2.cast - -f txt; says out v2
printf 'typed' >typescript; printf '0.5 5\n' >timing
check 0 convert --timing timing typescript -; says out '"typed"'
check 0 convert --output-format=raw v2.cast -; says out '[8;24;80tv2'
check 0 convert packed.cast.gz unpacked.TXT; says unpacked.TXT packed
check 1 convert missing.cast a.cast; says err "can't open missing.cast: No such file or directory (os error 2)"
check 1 convert log a.cast; says err 'Error: '
check 0 cat v2.cast one.cast; says out '"version":2'; says out '"r", "100x30"'
check 0 cat v2.cast; says out v2
check 1 cat one.cast missing.cast; silent out
what='asciinema cat FILE >/dev/full'; checks=$((checks + 1))
"$asciinema" cat v2.cast 2>err >/dev/full; [ $? -eq 1 ] || wrong 'another status than 1'
says err "Error: can't write standard output: No space left on device (os error 28)"
check 1 play -q one.cast; says err "Error: can't open /dev/tty: No such device or address (os error 6)"
check 1 play missing.cast; says err "can't open missing.cast: No such file or directory (os error 2)"

# play, on the terminal that script(1) makes. What is typed comes from standard input.
if command -v script >/dev/null; then
  plays() {
    expected=$1
    shift
    what="asciinema play $*"
    checks=$((checks + 1))
    script -qec "stty cols 80 rows 24; '$asciinema' play $*" /dev/null >out 2>err
    status=$?
    [ "$status" -eq "$expected" ] || wrong "status $status instead of $expected: $(cat out)"
  }
  plays 0 v2.cast </dev/null; says out '::: Replaying session from v2.cast'; says out v2; says out '::: Playback ended'
  plays 0 -q -s 100 -i 0.5 -r v2.cast </dev/null; says out '[8;24;80t'
  printf '{"version":2,"width":80,"height":24}\n[0,"o","first"]\n[90,"o","later\\u001b]0;title\\u0007"]\n[3600,"o","last"]\n' >long.cast
  plays 0 --start-at 1:29.9 --end-at 91 long.cast </dev/null; says out firstlater
  grep -q title out && wrong 'a title reaches the terminal'
  plays 0 --raw --start-at 90 --end-at 90 long.cast </dev/null; says out ']0;title'
  mkfifo keys
  { sleep 5; printf '\003'; } >keys &
  plays 0 -l -s 100 v2.cast <keys; says out '::: Playback interrupted'
fi

# upload, auth
check 1 upload --server-url http://127.0.0.1:1 missing.cast; says err 'No such file or directory'
check 1 upload -q --server-url http://127.0.0.1:1 -t T --description D --visibility private one.cast
says err "Error: can't reach 127.0.0.1:1: Connection refused (os error 111)"
check 2 upload --visibility secret one.cast; says err '[possible values: public, unlisted, private]'
check 0 auth --server-url https://cast.example.org
says out 'Open the following URL in a web browser to authenticate this CLI with your cast.example.org user account:'
says out "https://cast.example.org/connect/$(cat .local/state/asciinema/install-id)"
check 1 auth; says err 'Error: EOF'
check 1 auth --server-url example.org; says err 'relative URL without a base'

# completions, man
for shell in bash zsh fish powershell; do check 0 completions $shell; says out record; done
check 2 completions tcsh; says err '[possible values: bash, zsh, fish, powershell]'
check 0 man; says out '.TH ASCIINEMA 1'
check 0 man rec; says out '.TH ASCIINEMA\-RECORD 1'

# Settings
mkdir -p .config/asciinema
printf '[session]\ncapture_input = "maybe"\n' >.config/asciinema/config.toml
check 1 rec -c true settings.cast
says err 'expected a boolean for key `session.capture_input` in '
printf '[session]\ncommand = "echo from settings"\n[server]\nurl = "https://one.example"\n' >.config/asciinema/config.toml
check 0 rec -q settings.cast; says settings.cast '"from settings\r\n"'
check 0 auth; says out https://one.example/connect/
export ASCIINEMA_SERVER_URL=https://two.example
check 0 auth; says out https://two.example/connect/
unset ASCIINEMA_SERVER_URL
check 0 auth --server-url=https://three.example; says out https://three.example/connect/
printf '[session]\nprefix_key = "F1"\n' >.config/asciinema/config.toml
check 1 rec -c true settings.cast; says err "Error: invalid key definition 'F1' for key \`session.prefix_key\` in $HOME/.config/asciinema/config.toml, line 2"
printf '[session\n' >.config/asciinema/config.toml
check 1 play v2.cast; says err "in $HOME/.config/asciinema/config.toml"
check 0 convert v2.cast - ; check 0 cat v2.cast
printf '[server]\nurl = "example.org"\n' >.config/asciinema/config.toml
check 1 auth; says err "Error: invalid server URL 'example.org': relative URL without a base (from $HOME/.config/asciinema/config.toml, line 2)"
mv .config/asciinema/config.toml .config/asciinema/config
check 0 -q cat v2.cast; silent err
check 0 cat v2.cast; says err 'uses the location and format from asciinema 2.x.'

echo "$checks checks, $failures not as expected"
[ "$failures" -le 100 ] || failures=100
exit "$failures"
