# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 1500
# PostgreSQL with its data on a share: initdb, pgbench, a crash of all its processes, recovery. The
# books balance, and the checksums of all pages are right.

mkdir "$T/data"
share a t "$T" mode=rw,squash=none
LIMIT=1300 gsh a '
	bin=$(echo /usr/lib/postgresql/*/bin)
	as=(setpriv --reuid postgres --regid postgres --init-groups env PATH="$bin:$PATH" PGHOST=/tmp HOME=/tmp)
	install -d -o postgres -g postgres -m 700 /mnt/t/data
	"${as[@]}" initdb -k -U postgres -A trust --locale=C -E UTF8 /mnt/t/data >/tmp/initdb.log 2>&1 ||
		{ tail -n 20 /tmp/initdb.log; exit 1; }
	cat >>/mnt/t/data/postgresql.conf <<-END
		listen_addresses = ""
		unix_socket_directories = "/tmp"
		shared_buffers = 16MB
		max_connections = 20
		checkpoint_timeout = 30s
		max_wal_size = 64MB
	END
	sed -i "s/\"/'"'"'/g" /mnt/t/data/postgresql.conf
	start() {
		"${as[@]}" pg_ctl -D /mnt/t/data -w -t 200 -l /mnt/t/data/log start >/dev/null ||
			{ tail -n 20 /mnt/t/data/log; exit 1; }
	}
	ask() {
		"${as[@]}" psql -U postgres -At -c "$1"
	}
	balanced() {
		[ "$(ask "SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches)
			AND (SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(bbalance) FROM pgbench_branches)
			AND (SELECT coalesce(sum(delta), 0) FROM pgbench_history) = (SELECT sum(bbalance) FROM pgbench_branches)")" = t ] ||
			{ echo "the books do not balance: $1"; exit 1; }
	}
	start
	"${as[@]}" pgbench -U postgres -i -q -s 1 postgres >/tmp/pgbench.log 2>&1 || { tail -n 20 /tmp/pgbench.log; exit 1; }
	"${as[@]}" pgbench -n -U postgres -c 3 -t 60 postgres >/tmp/pgbench.log 2>&1 || { tail -n 20 /tmp/pgbench.log; exit 1; }
	balanced "after pgbench"
	[ "$(ask "SELECT count(*) FROM pgbench_history")" -eq 180 ] || { echo "transactions are missing"; exit 1; }

	# All its processes die while it is at work.
	"${as[@]}" pgbench -n -U postgres -c 3 -T 60 postgres >/tmp/pgbench.log 2>&1 &
	sleep 15
	pkill -KILL -x postgres
	wait $! || true
	while pgrep -x postgres >/dev/null; do sleep 0.2; done
	before=$(wc -c </mnt/t/data/log)
	start
	tail -c +"$before" /mnt/t/data/log | grep "automatic recovery\|was interrupted" >/dev/null ||
		{ echo "nothing was recovered"; exit 1; }
	# (it does not empty the history: -n)
	[ "$(ask "SELECT count(*) > 180 FROM pgbench_history")" = t ] || { echo "committed transactions are gone"; exit 1; }
	balanced "after recovery"
	ask "VACUUM FULL" >/dev/null
	ask "REINDEX DATABASE postgres" >/dev/null
	balanced "after VACUUM FULL"
	"${as[@]}" pg_ctl -D /mnt/t/data -w -t 200 -m fast stop >/dev/null
	"${as[@]}" pg_checksums --check -D /mnt/t/data'
sleep 1.2
same_tree a "$T/data" /mnt/t/data
