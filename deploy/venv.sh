# shellcheck shell=sh
# Sourced by try.sh and test.sh, in the project's folder: Python, packages of the system, and the virtual
# environment `.venv` that both share. It works as root, with a sudo that asks for no password, or with neither.

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# quietly WHAT COMMAND…: one line while it works; its whole output only if it fails.
quietly() {
    what=$1
    shift
    output=$(mktemp)
    began=$(date +%s)
    printf '%s … ' "$what" >&2
    if "$@" >"$output" 2>&1 </dev/null; then
        printf '%s s\n' "$(($(date +%s) - began))" >&2
        rm -f "$output"
    else
        printf 'failed\n' >&2
        cat "$output" >&2
        rm -f "$output"
        return 1
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_apt() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null
}

# apt_install PACKAGE…: fails where there is no apt, no right to use it, or no such package.
apt_install() {
    may_apt || return 1
    quietly "Installing $* by apt" apt_update_and_install "$@"
}

apt_update_and_install() {
    as_root apt-get -o DPkg::Lock::Timeout=300 update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
            install -y -qq --no-install-recommends "$@"
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Prints the first Python that is new enough.
find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    if command -v python3 >/dev/null; then
        fail "Logling needs Python 3.11 or newer; this is $(python3 --version 2>&1).
Install a newer one beside it, for example: sudo apt-get install python3.11 python3.11-venv"
    fi
    fail "Logling needs Python 3.11 or newer, and there is no python3 here.
Install it, for example: sudo apt-get install python3 python3-venv"
}

need_git() {
    command -v git >/dev/null || fail "Logling keeps its models in git, and there is no git here.
Install it, for example: sudo apt-get install git"
}

make_venv() {
    if is_new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        apt_install "$version-venv" || true
    fi
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        quietly "Making .venv with $("$python" --version)" "$python" -m venv --clear .venv ||
            fail "The virtual environment .venv could not be made: see above."
    elif "$python" -m pip --version >/dev/null 2>&1; then
        quietly "Making .venv with virtualenv" make_venv_with_virtualenv ||
            fail "The virtual environment .venv could not be made: see above."
    else
        fail "$("$python" --version) has no module to make a virtual environment with.
Install it: sudo apt-get install $version-venv"
    fi
}

# Debian's Python without its -venv package, where neither root nor sudo can add it.
make_venv_with_virtualenv() {
    borrowed=$(mktemp -d)
    status=0
    "$python" -m pip install --quiet --target "$borrowed" virtualenv &&
        PYTHONPATH="$borrowed" "$python" -m virtualenv --clear .venv || status=1
    rm -rf "$borrowed"
    return $status
}

# install_project . or '.[test]': editable, and at once when nothing it depends on has changed.
install_project() {
    key=$({ pwd; .venv/bin/python --version; cat pyproject.toml; } | sha256sum)
    case $(cat .venv/installed 2>/dev/null) in
    "$key $1" | "$key .[test]") return ;;
    esac
    quietly "Installing Logling and what it needs into .venv" \
        .venv/bin/python -m pip install --disable-pip-version-check --quiet -e "$1" ||
        fail "The installation failed: see above."
    echo "$key $1" >.venv/installed
}
