# shellcheck shell=bash
# Sourced by demo and check: finds what the machine has, and as root installs what it lacks.
#
# What is there is told by looking for the thing itself (a program, a header, a Perl module), not for a Debian package, so
# that other origins (a PostgreSQL built from source, another distribution) serve as well.

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# A pg_config can build extensions when its server, its PGXS makefile and its headers are there too.
complete_pg_config() {
    [ -x "$1" ] && [ -x "$("$1" --bindir)/postgres" ] && [ -e "$("$1" --pgxs)" ] &&
        [ -e "$("$1" --includedir-server)/postgres.h" ]
} 2>/dev/null

find_pg_config() {
    local candidate
    for candidate in "${PG_CONFIG:-}" "$(command -v pg_config)" $(ls -vr /usr/lib/postgresql/*/bin/pg_config 2>/dev/null); do
        if complete_pg_config "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

# The major version to install: that of a server which only lacks its headers, else the distribution's own.
wanted_postgresql_version() {
    local server
    server=$(ls -vr /usr/lib/postgresql/*/bin/postgres 2>/dev/null | head -1)
    if [ -n "$server" ]; then
        echo "$server" | cut -d/ -f5
    else
        apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1
    fi
}

have_program() { command -v "$1" >/dev/null; }
have_header() { [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ]; }
have_perl_module() { perl -M"$1" -e 1 2>/dev/null; }

# missing_packages demo|check: prints the Debian packages whose content is not on this machine.
missing_packages() {
    local pg_config version
    have_program g++ || echo g++
    have_program make || echo make
    have_header eigen3/Eigen/Core || have_header Eigen/Core || echo libeigen3-dev
    pg_config=$(find_pg_config)
    if [ -n "$pg_config" ]; then
        version=$("$pg_config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    else
        version=$(wanted_postgresql_version)
        echo "postgresql-${version:-15} postgresql-server-dev-${version:-15}"
    fi
    # Without it shopsmart is built without Redis.
    if [ "$(id -u)" = 0 ]; then
        have_program pkg-config || echo pkg-config
        have_header hiredis/hiredis.h || echo libhiredis-dev
    fi
    [ "$1" = check ] || return 0
    have_program cmake || echo cmake
    have_header gtest/gtest.h || echo libgtest-dev
    have_program prove || echo perl
    have_perl_module IPC::Run || echo libipc-run-perl
    have_perl_module TAP::Parser::SourceHandler::pgTAP || echo libtap-parser-sourcehandler-pgtap-perl
    if [ -z "$pg_config" ] || [ ! -e "$("$pg_config" --sharedir)/extension/pgtap.control" ]; then
        echo "postgresql-${version:-15}-pgtap"
    fi
    # Without one the tests of Redis say that they are skipped. (The server proper, without a service that Debian would start.)
    if [ "$(id -u)" = 0 ]; then
        have_program redis-server || have_program valkey-server || have_program redis-check-rdb || echo redis-tools
    fi
    # Without it the test of pg_cron says that it is skipped.
    if [ "$(id -u)" = 0 ] && apt-cache show "postgresql-${version:-15}-cron" > /dev/null 2>&1 &&
        { [ -z "$pg_config" ] || [ ! -e "$("$pg_config" --pkglibdir)/pg_cron.so" ]; }; then
        echo "postgresql-${version:-15}-cron"
    fi
}

# Debian makes and starts a cluster when it installs a server for the first time; neither script wants one.
install_packages() (
    cluster_settings=/etc/postgresql-common/createcluster.d
    if [ -z "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ]; then
        mkdir -p "$cluster_settings"
        echo 'create_main_cluster = false' > "$cluster_settings/shopsmart-install.conf"
        trap 'rm -f "$cluster_settings/shopsmart-install.conf"; rmdir --ignore-fail-on-non-empty "$cluster_settings"' EXIT
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" < /dev/null
)

# ensure_packages demo|check: afterwards everything is there and PG_CONFIG names a complete PostgreSQL.
ensure_packages() {
    local packages
    packages=$(missing_packages "$1" | xargs)
    if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && have_program apt-get; then
        say "apt-get update"
        apt-get update -q < /dev/null || die "apt-get update failed"
        packages=$(missing_packages "$1" | xargs)   # the version of PostgreSQL is known only now
        say "apt-get install $packages"
        # shellcheck disable=SC2086
        install_packages $packages || die "apt-get install failed"
        packages=$(missing_packages "$1" | xargs)
    fi
    [ -z "$packages" ] || die "this machine lacks: $packages
Install them (as root: apt-get install $packages) and call $0 again."
    if [ "$(id -u)" = 0 ] && ! id postgres > /dev/null 2>&1; then
        die "PostgreSQL does not run as root, and this machine has no user postgres: call $0 as another user"
    fi
    PG_CONFIG=$(find_pg_config)
    export PG_CONFIG
    echo "PostgreSQL: $("$PG_CONFIG" --version), $PG_CONFIG"
}
