#!/bin/bash
# Installs what the Matrix tests need, once: a homeserver (Synapse, from PyPI) in a Python environment at
# the root of the project, and a client that this project did not write (matrix-js-sdk, from npm).
# Running it again does nothing. It needs python3 with venv, and Node 20 or later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
synapse=1.163.2

missing() { echo "tests/matrix: $1 is missing: $2" >&2; exit 1; }
command -v node >/dev/null || missing "node" "install Node 20 or later"
command -v npm >/dev/null || missing "npm" "it comes with Node"
command -v python3 >/dev/null || missing "python3" "install Python 3.10 or later with its venv module"

venv=$root/.venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || missing "the Python module venv" "install python3-venv"
"$venv/bin/python" -c "import importlib.metadata as m, sys; sys.exit(m.version('matrix-synapse') != '$synapse')" 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check "matrix-synapse==$synapse"

# The rules of Tchap's rooms.
rules=1.0.0
"$venv/bin/python" -c "import importlib.metadata as m, sys; sys.exit(m.version('synapse-room-access-rules') != '$rules')" 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check "synapse-room-access-rules==$rules"

installed=$here/node_modules/.package-lock.json
[ -f "$installed" ] && [ ! "$here/package-lock.json" -nt "$installed" ] ||
    (cd "$here" && npm ci --silent --no-audit --no-fund)
echo "tests/matrix: Synapse $synapse and matrix-js-sdk $(node -p "require('$here/node_modules/matrix-js-sdk/package.json').version") are ready"
