# shellcheck shell=bash
# Sourced by demo and check: a PostgreSQL of their own, so that the one of the system stays as it is.
#
# `make install` needs root where PostgreSQL belongs to root, and extension files cannot be moved elsewhere (before 18).
# But PostgreSQL finds its own files relative to its executables: a copy (50 MB, a fraction of a second) that keeps the
# layout is an installation that any user may install into. Nothing that root owns changes, whoever calls.

# The server refuses to run as root.
as_server_user() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")   # the caller's folder may be closed to that user
    else
        "$@"
    fi
}

# copy_postgresql FOLDER: copies the installation of $PG_CONFIG and sets PRIVATE_PG_CONFIG and PRIVATE_BIN.
copy_postgresql() {
    local folder=$1 kind part
    rm -rf "$folder"
    for kind in --bindir --pkglibdir --sharedir; do
        part=$("$PG_CONFIG" $kind)
        mkdir -p "$folder$(dirname "$part")"
        cp -a "$part" "$folder$(dirname "$part")/"
    done
    part=$("$PG_CONFIG" --includedir-server)
    mkdir -p "$folder$(dirname "$part")"
    ln -s "$part" "$folder$part"
    PRIVATE_BIN=$folder$("$PG_CONFIG" --bindir)
    PRIVATE_PG_CONFIG=$PRIVATE_BIN/pg_config
}

# start_server DATA-FOLDER SOCKET-FOLDER PORT [setting=value ...]: makes the cluster when there is none yet, and starts it.
# Only its owner (and root) can connect: there is no TCP, and the socket's folder belongs to the owner.
start_server() {
    local data=$1 socket=$2 port=$3 options setting
    shift 3
    if [ ! -e "$data/PG_VERSION" ]; then
        as_server_user "$PRIVATE_BIN/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N > /dev/null || return 1
    fi
    options="-c listen_addresses='' -c unix_socket_directories='$socket' -p $port"
    for setting in "$@"; do
        options="$options -c $setting"
    done
    as_server_user "$PRIVATE_BIN/pg_ctl" -D "$data" -w -s -l "$data/server.log" -o "$options" start < /dev/null || {
        tail -5 "$data/server.log" >&2
        echo "the server did not start; its log is $data/server.log" >&2
        return 1
    }
}

server_runs() {
    [ -e "$1/postmaster.pid" ] && as_server_user "$PRIVATE_BIN/pg_ctl" -D "$1" status > /dev/null 2>&1
}

stop_server() {
    if server_runs "$1"; then
        as_server_user "$PRIVATE_BIN/pg_ctl" -D "$1" -w -s -m fast stop
    fi
}

# socket_folder FOLDER: FOLDER, or one under /tmp when a socket's path in it would be too long for the system (107 bytes).
socket_folder() {
    local folder=$1
    if [ "${#folder}" -gt 85 ]; then
        folder=/tmp/shopsmart-$(printf '%s' "$1" | cksum | cut -d' ' -f1)
        as_server_user mkdir -p -m 700 "$folder"
        as_server_user test -O "$folder" || die "$folder belongs to somebody else"
    fi
    echo "$folder"
}
