#!/usr/bin/env bash
# A PostgreSQL server for the tests, thrown away afterwards.
#
#   tests/postgres.sh start FOLDER    starts a server, prints the address for DATABASE_URL_TEST; FOLDER remembers where
#   tests/postgres.sh stop FOLDER     stops it and removes everything, FOLDER too
#
# Needs the programs of PostgreSQL 13 or later (Debian: apt-get install postgresql). The server refuses to run as root,
# so root hands it to `postgres` or, where that user does not exist, to `nobody`; its files are in a folder of theirs.
set -euo pipefail

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
folder=$(realpath -m "$2")

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
PATH=${programs:+$programs:}$PATH
command -v initdb pg_ctl >/dev/null || { echo "postgres.sh: initdb and pg_ctl are not installed" >&2; exit 1; }

as_server() {
    if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
    local user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    (cd / && exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups \
        env -u TMPDIR PATH="$PATH" "$@")
}

start() {
    mkdir -p "$folder"
    [ -z "$(ls -A "$folder")" ] || { echo "postgres.sh: $folder is not empty" >&2; exit 1; }
    local cluster port
    cluster=$(as_server mktemp -d)
    ln -s "$cluster" "$folder/cluster"
    as_server initdb --pgdata "$cluster" --username declic --auth trust --encoding UTF8 --no-locale >/dev/null
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        # Without fsync: nobody will miss these data after a power cut.
        if as_server pg_ctl --pgdata "$cluster" --wait --log "$cluster/log" --options \
            "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off" start >/dev/null; then
            echo "postgres://declic@127.0.0.1:$port/postgres"
            return
        fi
    done
    echo "postgres.sh: the server does not start; see $cluster/log" >&2
    exit 1
}

stop() {
    local cluster
    cluster=$(readlink "$folder/cluster")
    as_server pg_ctl --pgdata "$cluster" --wait --mode immediate stop >/dev/null || true
    rm -rf "$cluster" "$folder"
}

case $1 in start) start ;; stop) stop ;; *) usage ;; esac
