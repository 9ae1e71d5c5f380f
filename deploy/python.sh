# Sourced by up and test: finds a Python, makes .venv, installs a lock file into it.

say() { printf '%s\n' "$*"; }
stop() { printf '\n%s\n' "$*" >&2; exit 1; }

find_python() {
  local candidate found=""
  for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
    found="$found $candidate ($("$candidate" --version 2>&1 | head -n 1))"
  done
  stop "Throughline needs Python 3.11 or newer.${found:+ Found only:$found.}
On Debian or Ubuntu: sudo apt-get install python3 python3-venv
A Python elsewhere can be named: PYTHON=/path/to/python3 bash deploy/up"
}

# Debian splits ensurepip from Python; any pip at hand can fill the environment instead.
make_venv() {
  local python="$1"
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv .venv
  elif "$python" -c 'import venv, pip' 2>/dev/null; then
    "$python" -m venv --without-pip .venv
    "$python" -m pip --python .venv/bin/python install --quiet pip
  elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing python3-venv, which this Python lacks ..."
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    "$python" -m venv .venv
  else
    stop "This Python cannot make virtual environments.
On Debian or Ubuntu: sudo apt-get install python3-venv"
  fi
}

# install_lock LOCK: nothing is done when exactly this lock was installed before.
install_lock() {
  local lock="$1" stamp=".venv/installed-${1##*/}" wanted
  if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    local python
    python="$(find_python)"
    rm -rf .venv
    say "Making .venv with $("$python" --version) ..."
    make_venv "$python"
  fi
  wanted="$(.venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")"
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say "Installing what $lock names ..."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
    stop "The installation failed; the lines above say why. Nothing was started.
Is the package index reachable from here? Run the same command again to go on."
  printf '%s\n' "$wanted" > "$stamp"
}
