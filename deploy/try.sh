#!/bin/sh
# Try Logling on a fresh Debian or Ubuntu that has python3 and git:
#     sh deploy/try.sh              eight simulated weeks
#     sh deploy/try.sh LOGFILE      a log of this machine, for example /var/log/dpkg.log
# It makes `.venv` beside the project, installs Logling there and runs `logling demo`.
set -eu

project=$(dirname "$0")/..
# shellcheck source=deploy/venv.sh
. "$project/deploy/venv.sh"

case $#${1-} in
0) ;;
1-* | 1 | [!1]*) fail "Usage: sh deploy/try.sh [LOGFILE]" ;;
*)
    [ -f "$1" ] || fail "There is no file $1."
    [ -r "$1" ] || fail "You may not read $1: run this as a user who may, or copy the file."
    set -- --log "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
    ;;
esac

cd "$project"
need_git
make_venv
install_project .
exec .venv/bin/logling demo "$@"
