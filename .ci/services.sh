# Gives the tests the servers they can use: a private PostgreSQL, Chromium. To be
# sourced after lib.sh. Debian is made to have them; elsewhere they are used
# where VANTELLE_TEST_POSTGRES and VANTELLE_TEST_CHROMIUM, or the PATH, name
# them, and what is missing is said.

scratch=$(mktemp -d)
pg_data="" pg_bin=""

stop_services() {
	if [ -n "$pg_data" ]; then
		as_postgres "$pg_bin/pg_ctl" stop -D "$pg_data" -m immediate -s || true
	fi
	rm -rf "$scratch"
}
trap stop_services EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# PostgreSQL refuses to run as root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

# may_install tells whether packages can be installed here without asking.
may_install() {
	[ -e /etc/debian_version ] && command -v apt-get >/dev/null || return 1
	[ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

install_package() {
	local sudo=""
	[ "$(id -u)" = 0 ] || sudo="sudo -n"
	step "refresh the package lists" $sudo apt-get update -qq
	step "install $1" $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"
}

# find_postgres prints the folder of the newest server's programs.
find_postgres() {
	local dir
	for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n -r) \
		"$(pg_config --bindir 2>/dev/null || true)" "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			printf '%s\n' "$dir"
			return
		fi
	done
}

free_port() {
	local port
	for _ in $(seq 50); do
		port=$((20000 + RANDOM % 20000))
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			printf '%s\n' "$port"
			return
		fi
	done
	return 1
}

start_postgres() {
	if [ -n "${VANTELLE_TEST_POSTGRES:-}" ]; then
		say "PostgreSQL: the one that VANTELLE_TEST_POSTGRES names"
		return
	fi
	pg_bin=$(find_postgres)
	if [ -z "$pg_bin" ] && may_install; then
		install_package postgresql
		pg_bin=$(find_postgres)
	fi
	if [ -z "$pg_bin" ]; then
		skip "tests on PostgreSQL: set VANTELLE_TEST_POSTGRES, or install PostgreSQL"
		return
	fi
	local port password
	port=$(free_port) || die "no free port between 20000 and 40000"
	password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	mkdir "$scratch/postgres"
	printf '%s\n' "$password" >"$scratch/postgres/password"
	if [ "$(id -u)" = 0 ]; then
		id postgres >/dev/null 2>&1 || die "PostgreSQL does not run as root, and there is no user postgres to run it as"
		chmod 711 "$scratch"
		chown -R postgres: "$scratch/postgres"
	fi
	say "PostgreSQL: making a private one in $scratch"
	as_postgres "$pg_bin/initdb" -D "$scratch/postgres/data" -U vantelle --auth=scram-sha-256 --pwfile="$scratch/postgres/password" \
		--encoding=UTF8 --locale=C.UTF-8 --no-sync >"$scratch/initdb.log" 2>&1 || {
		cat "$scratch/initdb.log"
		die "make a PostgreSQL in $scratch"
	}
	pg_data="$scratch/postgres/data"
	as_postgres "$pg_bin/pg_ctl" start -s -w -D "$pg_data" -l "$scratch/postgres/log" \
		-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off" || {
		cat "$scratch/postgres/log"
		die "start PostgreSQL on port $port"
	}
	export VANTELLE_TEST_POSTGRES="postgres://vantelle:$password@127.0.0.1:$port/postgres?sslmode=disable"
	say "PostgreSQL: $("$pg_bin/postgres" --version) on port $port"
}

find_chromium() {
	if [ -n "${VANTELLE_TEST_CHROMIUM:-}" ]; then
		say "Chromium: the one that VANTELLE_TEST_CHROMIUM names"
		return
	fi
	local found
	found=$(command -v chromium || true)
	if [ -z "$found" ] && may_install; then
		install_package chromium
		found=$(command -v chromium || true)
	fi
	if [ -z "$found" ]; then
		skip "tests in a browser: set VANTELLE_TEST_CHROMIUM, or install chromium"
		return
	fi
	export VANTELLE_TEST_CHROMIUM="$found"
	say "Chromium: $found"
}
