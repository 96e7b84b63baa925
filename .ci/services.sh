# Gives the tests the servers they can use: a private PostgreSQL, a private
# MariaDB, Chromium, Wine, Node with postgrest-js, PHP. To be sourced after lib.sh. Debian is made to have them;
# elsewhere they are used where VANTELLE_TEST_POSTGRES, VANTELLE_TEST_MARIADB,
# VANTELLE_TEST_SQLSERVER, VANTELLE_TEST_CHROMIUM, VANTELLE_TEST_WINE, VANTELLE_TEST_POSTGREST_JS and
# VANTELLE_TEST_BUILDAH, or the PATH, name them, and what is missing is said.

scratch=$(mktemp -d)
pg_data="" pg_bin="" mariadb_pid=""

stop_services() {
	if [ -s "$mariadb_pid" ]; then
		kill -KILL "$(cat "$mariadb_pid")" || true
	fi
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
	# A server's package would start it, with its own settings.
	step "install $1" $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$1"
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

# as_mysql runs a program as a user that may own a database: MariaDB does not
# run as root unless told to.
as_mysql() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=mysql --regid=mysql --init-groups -- "$@")
	else
		"$@"
	fi
}

# find_mariadb prints the server's program.
find_mariadb() {
	PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v mariadbd || true
}

start_mariadb() {
	if [ -n "${VANTELLE_TEST_MARIADB:-}" ]; then
		say "MariaDB: the one that VANTELLE_TEST_MARIADB names"
		return
	fi
	local server port password data
	server=$(find_mariadb)
	if [ -z "$server" ] && may_install; then
		install_package mariadb-server
		server=$(find_mariadb)
	fi
	if [ -z "$server" ] || ! command -v mariadb-install-db >/dev/null; then
		skip "tests on MariaDB: set VANTELLE_TEST_MARIADB, or install MariaDB"
		return
	fi
	port=$(free_port) || die "no free port between 20000 and 40000"
	password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	data="$scratch/mariadb/data"
	mkdir -p "$scratch/mariadb"
	printf "ALTER USER root@localhost IDENTIFIED BY '%s';\nCREATE USER vantelle@localhost IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO vantelle@localhost WITH GRANT OPTION;\nCREATE DATABASE vantelle;\n" \
		"$password" "$password" >"$scratch/mariadb/init.sql"
	chmod 600 "$scratch/mariadb/init.sql"
	if [ "$(id -u)" = 0 ]; then
		id mysql >/dev/null 2>&1 || die "MariaDB does not run as root, and there is no user mysql to run it as"
		chmod 711 "$scratch"
		chown -R mysql: "$scratch/mariadb"
	fi
	mariadb_pid="$scratch/mariadb/pid"
	say "MariaDB: making a private one in $scratch"
	as_mysql mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >"$scratch/mariadb-install.log" 2>&1 || {
		cat "$scratch/mariadb-install.log"
		die "make a MariaDB in $scratch"
	}
	as_mysql "$server" --no-defaults --datadir="$data" --init-file="$scratch/mariadb/init.sql" --bind-address=127.0.0.1 --port="$port" --skip-name-resolve=0 \
		--socket="$scratch/mariadb/sock" --pid-file="$mariadb_pid" --innodb-flush-log-at-trx-commit=0 --skip-innodb-doublewrite --innodb-buffer-pool-size=64M \
		>"$scratch/mariadb-server.log" 2>&1 &
	local starting=$!
	for _ in $(seq 300); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			export VANTELLE_TEST_MARIADB="vantelle:$password@tcp(127.0.0.1:$port)/vantelle"
			say "MariaDB: $("$server" --no-defaults --version) on port $port"
			return
		fi
		kill -0 "$starting" 2>/dev/null || break
		sleep 0.1
	done
	cat "$scratch/mariadb-server.log"
	die "start MariaDB on port $port"
}

# SQL Server is no package: the tests use one that somebody has.
find_sqlserver() {
	if [ -n "${VANTELLE_TEST_SQLSERVER:-}" ]; then
		say "SQL Server: the one that VANTELLE_TEST_SQLSERVER names"
	else
		skip "tests on SQL Server: set VANTELLE_TEST_SQLSERVER (sqlserver://user:password@host:1433?encrypt=true)"
	fi
}

# Wine runs the Windows program; it is not there for anything else.
find_wine() {
	if [ -n "${VANTELLE_TEST_WINE:-}" ]; then
		say "Wine: the one that VANTELLE_TEST_WINE names"
		return
	fi
	local found
	found=$(PATH="$PATH:/usr/lib/wine" command -v wine64 || true)
	if [ -z "$found" ] && may_install && [ "$(uname -m)" = x86_64 ]; then
		install_package wine64
		found=$(PATH="$PATH:/usr/lib/wine" command -v wine64 || true)
	fi
	if [ -z "$found" ]; then
		skip "the Windows program: set VANTELLE_TEST_WINE, or install a 64-bit Wine"
		return
	fi
	export VANTELLE_TEST_WINE="$found"
	say "Wine: $found"
}

# buildah builds the image of the Dockerfile, where it is there: it is not
# installed for that.
find_buildah() {
	if [ -n "${VANTELLE_TEST_BUILDAH:-}" ]; then
		say "buildah: the one that VANTELLE_TEST_BUILDAH names"
	elif [ "$(id -u)" = 0 ] && command -v buildah >/dev/null && command -v busybox >/dev/null && ! ldd "$(command -v busybox)" >/dev/null 2>&1; then
		VANTELLE_TEST_BUILDAH=$(command -v buildah)
		export VANTELLE_TEST_BUILDAH
		say "buildah: $VANTELLE_TEST_BUILDAH"
	else
		skip "the image: it takes root, buildah and a static busybox (Debian's buildah and busybox-static)"
	fi
}

# npm_package NAME VERSION INTEGRITY puts a package of npm into
# $scratch/node_modules, and checks that it is the very one that is meant.
npm_package() {
	local name=$1 version=$2 integrity=$3 file got
	mkdir -p "$scratch/npm" "$scratch/node_modules/$name"
	file=$(cd "$scratch/npm" && npm pack --silent "$name@$version" 2>"$scratch/npm.log" | tail -n 1) || return 1
	got="sha512-$(openssl dgst -sha512 -binary "$scratch/npm/$file" | base64 -w0)"
	[ "$got" = "$integrity" ] || die "npm's package $name $version is another than the tests were written for: $got"
	tar -xzf "$scratch/npm/$file" -C "$scratch/node_modules/$name" --strip-components=1
}

# find_node brings Node and, unmodified, the client that the tests of /rows
# speak with.
find_node() {
	if [ -n "${VANTELLE_TEST_POSTGREST_JS:-}" ]; then
		say "postgrest-js: the one in VANTELLE_TEST_POSTGREST_JS"
		return
	fi
	if ! command -v node >/dev/null && may_install; then
		install_package nodejs
	fi
	if ! command -v npm >/dev/null && may_install; then
		install_package npm
	fi
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		skip "tests with postgrest-js: install Node and npm, or set VANTELLE_TEST_POSTGREST_JS to a node_modules that has @supabase/postgrest-js"
		return
	fi
	if ! npm_package typescript 5.9.3 "sha512-jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==" || ! npm_package tslib 2.8.1 "sha512-oJFu94HQb+KVduSUQL7wnpmqnfmLsOA/nAh6b6EH0wCEoK0/mPeXU6c3wKDV83MkOuHPRHtSXKKU99IBazS/2w==" ||
		! npm_package @supabase/postgrest-js 2.80.0 "sha512-yKzehXlRbDoXIQefdRQnvaI9BEogoWIp/7+y/m5enZDKW2IP9aAgq5tU72sThcwftDJvknnIpEHAABG3qviEng=="; then
		cat "$scratch/npm.log"
		skip "tests with postgrest-js: npm cannot fetch it"
		return
	fi
	export VANTELLE_TEST_POSTGREST_JS="$scratch/node_modules"
	say "postgrest-js: 2.80.0 on Node $(node --version)"
}

# find_php brings PHP's command line, for the examples in PHP.
find_php() {
	if ! command -v php >/dev/null && may_install; then
		install_package php-cli
	fi
	if ! command -v php >/dev/null; then
		skip "examples in PHP: install php-cli"
		return
	fi
	say "PHP: $(php -r 'echo PHP_VERSION;')"
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
