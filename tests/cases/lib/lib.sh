# shellcheck shell=bash
# shellcheck disable=SC2016 # scripts in single quotes are expanded in the guest
# What the cases are written with. A case runs in dom0, under "set -euo
# pipefail"; the first command that fails, fails it, and its line is printed.
#
#   share GUEST TAG PATH [KEY=VALUE,... [OPTION,...]]
#                                          attach with these keys, and mount on /mnt/TAG there
#                                          with these options
#   attach, detach, mnt, umnt              the steps of it
#   g GUEST COMMAND...                     run COMMAND in a guest
#   gsh GUEST SCRIPT [ARG]...              run bash SCRIPT in a guest
#   fail, eq, ne, ge, le, contains         assertions
#   refuses PATTERN COMMAND...             COMMAND must fail and say PATTERN
#   wait_until SECONDS COMMAND...          poll
#   stat_of GUEST TAG NAME                 a figure of the backend's
#   make_tree DIR [ARG]...                 a tree with all kinds of things
#   same_tree GUEST DIR DIR                DIR in dom0 and DIR in the guest are equal
#   same_file GUEST FILE FILE [WHAT]       the same for one file's content
#   make_fs KIND DIR [SIZE [ARG]...]       an empty filesystem, mounted in dom0
#   make_local_fs GUEST DIR [SIZE]         an ext4 of the guest's own, mounted there; the
#   drop_local_fs GUEST DIR                case has to drop it
#   allow_log REGEX                        kernel messages that are part of the test
#   lose_guest GUEST                       the test ends this guest itself
#
# $T is an empty directory on ext4. Whatever a case attaches, mounts and makes
# is undone by run-case, which then looks for leaks and bad kernel messages.

T=/scratch/case
PROGS=/lab/progs
STATE=/run/xenfs-case
export T PROGS STATE

g() {
	local guest=$1
	shift
	guest-exec -t "${LIMIT:-150}" "$guest" "$@"
}

gsh() {
	local guest=$1 script=$2
	shift 2
	g "$guest" bash -euo pipefail -c "$script" bash "$@"
}

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

eq() {
	[[ $1 == "$2" ]] || fail "${3:-values}: '$1' instead of '$2'"
}

ne() {
	[[ $1 != "$2" ]] || fail "${3:-values}: '$1' on both sides"
}

ge() {
	[[ $1 -ge $2 ]] || fail "${3:-value}: $1 is less than $2"
}

le() {
	[[ $1 -le $2 ]] || fail "${3:-value}: $1 is more than $2"
}

# contains TEXT REGEX
contains() {
	[[ $1 =~ $2 ]] || fail "'$2' is not in: $1"
}

# refuses REGEX COMMAND... - it must fail for that reason; a lab that is gone
# (125) or a command that hangs (124) is no refusal.
refuses() {
	local pattern=$1 out status=0
	shift
	out=$("$@" 2>&1) || status=$?
	[[ $status -ne 0 ]] || fail "'$*' worked, and should not have"
	[[ $status -ne 124 && $status -ne 125 ]] || fail "'$*' ended with $status: $out"
	[[ $out =~ $pattern ]] || fail "'$*' said '$out', not '$pattern'"
}

wait_until() {
	local limit=$((SECONDS + $1 * ${LAB_SLOW:-1}))
	shift
	until "$@"; do
		[[ $SECONDS -lt $limit ]] || fail "waited in vain for: $*"
		sleep 0.2
	done
}

attach() {
	local guest=$1 tag=$2 path=$3
	xenfs attach "$guest" "tag=$tag,path=$path${4:+,$4}" >/dev/null
}

detach() {
	local guest=$1 tag=$2
	shift 2
	xenfs detach "$@" "$guest" "$tag"
}

# mnt GUEST TAG [DIR [OPTIONS]]
mnt() {
	local guest=$1 tag=$2 dir=${3:-/mnt/$2}
	g "$guest" mkdir -p "$dir"
	g "$guest" mount -t xenfs "$tag" "$dir" ${4:+-o "$4"}
}

# umnt GUEST [DIR]...
umnt() {
	local guest=$1
	shift
	g "$guest" umount "$@"
}

share() {
	attach "$1" "$2" "$3" "${4:-}"
	mnt "$1" "$2" "/mnt/$2" "${5:-}"
}

# device_of GUEST TAG - "DOMID-DEVID"
device_of() {
	xenfs list --json "$1" | jq -r --arg tag "$2" \
		'.[] | select(.tag == $tag and (.leftover | not)) | "\(.domid)-\(.devid)"'
}

stat_of() {
	local device
	device=$(device_of "$1" "$2")
	cat "/sys/bus/xen-backend/devices/xenfs-$device/statistics/$3"
}

# mountstat GUEST DIR NAME - a figure of the guest's own, from mountstats
mountstat() {
	gsh "$1" '
		awk -v dir="$1" -v name="$2" "
			\$1 == \"device\" { mine = \$5 == dir }
			mine { for (i = 1; i <= NF; i++)
				if (\$i == name \":\" || \$i == name) { print \$(i + 1); exit } }
		" /proc/self/mountstats' "$2" "$3"
}

make_tree() {
	python3 /lab/cases/lib/make-tree.py "$@"
}

# manifest DIR - a line for every file, of all that should be equal
manifest() {
	(cd "$1" && bash /lab/cases/lib/manifest.sh)
}

same_tree() {
	local guest=$1 here=$2 there=$3
	manifest "$here" >"$STATE/here"
	LIMIT=170 gsh "$guest" 'cd "$1" && exec bash /lab/cases/lib/manifest.sh' "$there" >"$STATE/there"
	if ! cmp -s "$STATE/here" "$STATE/there"; then
		diff "$STATE/here" "$STATE/there" | head -n 20 >&2 || true
		fail "the tree $there in $guest is not that of $here"
	fi
	ge "$(wc -l <"$STATE/here")" 2 "files in the tree"
}

# same_file GUEST FILE-HERE FILE-THERE [WHAT]
same_file() {
	eq "$(gsh "$1" 'sha256sum <"$1"' "$3")" "$(sha256sum <"$2")" "${4:-$3 in $1}"
}

# make_fs ext4|xfs|btrfs|tmpfs|overlay DIR [SIZE [ARG]...] - ARGs are for mkfs
make_fs() {
	local kind=$1 dir=$2 size=${3:-512M}
	shift $(($# < 3 ? $# : 3))
	mkdir -p "$dir"
	case $kind in
	tmpfs)
		mount -t tmpfs -o "size=$size" tmpfs "$dir"
		return
		;;
	overlay)
		mkdir -p "$dir.lower" "$dir.upper" "$dir.work"
		mount -t overlay -o "lowerdir=$dir.lower,upperdir=$dir.upper,workdir=$dir.work" \
			overlay "$dir"
		return
		;;
	esac
	truncate -s "$size" "$dir.img"
	"mkfs.$kind" -q "$@" "$dir.img" >/dev/null
	mount -o loop "$dir.img" "$dir"
}

# With blocks and options that make it comparable with a share of such a filesystem.
make_local_fs() {
	gsh "$1" '
		modprobe loop
		mkdir -p "$1"
		truncate -s "$2" "$1.img"
		mkfs.ext4 -q -b 4096 "$1.img"
		mount -o loop,nosuid,nodev "$1.img" "$1"' "$2" "${3:-64M}"
}

drop_local_fs() {
	gsh "$1" 'umount "$1" && rm -r "$1" "$1.img"' "$2"
}

allow_log() {
	echo "$1" >>"$STATE/allowed"
}

lose_guest() {
	echo "$1" >>"$STATE/lost"
}
