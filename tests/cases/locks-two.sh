# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# Locks of all kinds hold between two guests and dom0's own processes: who wants one that another has
# is refused, or waits until it is given back, or until a signal comes; a process's locks end with
# it, and a guest's with the guest. Under a lock a number is counted up by three at once.

script=/lab/cases/lib/locks.py

# lock WHO ARG... - locks.py there; FILE stands for the share's directory
lock() {
	local who=$1 top=/mnt/t
	shift
	[[ $who != dom0 ]] || top=$T
	set -- "${@/#FILE/$top}"
	on "$who" python3 "$script" "$@"
}

on() {
	local who=$1
	shift
	if [[ $who == dom0 ]]; then
		"$@"
	else
		g "$who" "$@"
	fi
}

# may WHO yes|no ARG... - whether a lock can be had
may() {
	local who=$1 wanted=$2
	shift 2
	eq "$(lock "$who" try "$@")" "$wanted" "whether $who can have $*"
}

# free KIND NAME - as seen from dom0
free() {
	[[ $(lock dom0 try "$1" ex "FILE/$2") == yes ]]
}

# hold WHO KIND TYPE FILE [START LEN] - until release WHO
hold() {
	local who=$1 kind=$2 type=$3 file=$4
	shift 4
	on "$who" rm -f /tmp/release
	: >"$STATE/holder"
	lock "$who" hold "$kind" "$type" "$file" /tmp/release "$@" >"$STATE/holder" ||
		echo "ended with $?" >>"$STATE/holder" &
	holder=$!
	wait_until 20 grep -q held "$STATE/holder"
}

release() {
	on "$1" touch /tmp/release
	wait "$holder"
	eq "$(<"$STATE/holder")" held "what the holder in $1 said"
}

echo 0 >"$T/f"
share a t "$T" mode=rw,squash=none
share p t "$T" mode=rw,squash=none

for round in "flock a p dom0" "flock dom0 a p" "posix p dom0 a" "posix dom0 p a" "ofd a p dom0" "ofd dom0 p a"; do
	read -r kind first second third <<<"$round"
	may "$first" yes "$kind" ex FILE/f
	hold "$first" "$kind" ex FILE/f
	may "$second" no "$kind" ex FILE/f
	may "$second" no "$kind" sh FILE/f
	may "$third" no "$kind" ex FILE/f
	# One waits until it is given back, another until it is interrupted.
	lock "$second" wait "$kind" ex FILE/f >"$STATE/waiter" &
	waiter=$!
	eq "$(LIMIT=30 lock "$third" interrupted "$kind" sh FILE/f)" interrupted "a waiter in $third"
	eq "$(<"$STATE/waiter")" "" "what the waiter in $second got before it was its turn"
	release "$first"
	wait "$waiter" || fail "the waiter in $second failed"
	eq "$(<"$STATE/waiter")" granted "the waiter in $second"
	# Nothing is left of any of them.
	may "$third" yes "$kind" ex FILE/f

	hold "$first" "$kind" sh FILE/f
	may "$second" yes "$kind" sh FILE/f
	may "$second" no "$kind" ex FILE/f
	release "$first"
done

# Ranges; and POSIX and OFD locks know each other.
hold a posix ex FILE/f 100 50
may p yes posix ex FILE/f 0 100
may p no posix ex FILE/f 149 1
may p yes ofd ex FILE/f 150 10
may p no ofd sh FILE/f 120 1
may dom0 no posix sh FILE/f 0 101
may dom0 yes flock ex FILE/f
release a

# A process that is killed gives up its locks.
for kind in flock posix ofd; do
	hold p "$kind" ex FILE/f
	may a no "$kind" ex FILE/f
	g p pkill -KILL -f locks.py
	wait "$holder"
	contains "$(<"$STATE/holder")" 'ended with 137'
	wait_until 10 free "$kind" f
	may a yes "$kind" ex FILE/f
done

# Taking a lock shows what the others have written, giving it back shows it to them.
for kind in flock posix ofd; do
	echo 0 >"$T/number-$kind"
	pids=()
	for who in a p dom0; do
		LIMIT=200 lock "$who" count "$kind" "FILE/number-$kind" 50 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "a counter failed"
	done
	eq "$((10#$(<"$T/number-$kind")))" 150 "the number counted up under $kind locks"
done

# A guest is destroyed with locks of each kind, and while it waits for one.
guest-stop --destroy victim
guest-start victim
share victim t "$T" mode=rw,squash=none
touch "$T/f-flock" "$T/f-posix" "$T/f-ofd" "$T/f-waited"
hold p flock ex FILE/f-waited
gsh victim '
	for kind in flock posix ofd; do
		setsid python3 "$1" hold $kind ex /mnt/t/f-$kind /tmp/never >/tmp/$kind 2>&1 </dev/null &
	done
	setsid python3 "$1" wait flock ex /mnt/t/f-waited >/tmp/waited 2>&1 </dev/null &
	for kind in flock posix ofd; do
		until grep -q held /tmp/$kind; do sleep 0.1; done
	done
	sleep 1' "$script"
for kind in flock posix ofd; do
	may a no "$kind" ex "FILE/f-$kind"
done
device=$(device_of victim t)
xl destroy victim
for kind in flock posix ofd; do
	wait_until 30 free "$kind" "f-$kind"
	may a yes "$kind" ex "FILE/f-$kind"
done
release p
may a yes flock ex FILE/f-waited
wait_until 20 test ! -e "/sys/bus/xen-backend/devices/xenfs-$device"
xenfs list --clean >/dev/null
