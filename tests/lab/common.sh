# shellcheck shell=bash
# What every script of the lab agrees on: where things are, how progress and
# failures are told, and how the key of a cached image is made.
#
# The cache holds one directory per root and one file per image, each named
# after a hash of all that it is made from: a changed recipe gives a new name,
# and a name that exists is complete (things are built aside and renamed).

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_CHECKOUT=$(cd "$LAB_DIR/../.." && pwd)
LAB_CACHE=${XENFS_CACHE:-${HOME:-/var/cache}/.cache/xenfs}
LAB_STARTED=$(date +%s)
export LAB_DIR LAB_CHECKOUT LAB_CACHE LAB_STARTED

say() {
	printf 'lab: [%3ds] %s\n' "$(($(date +%s) - LAB_STARTED))" "$*" >&2
}

die() {
	printf 'lab: %s\n' "$*" >&2
	exit 1
}

# root_of VERSION - the root that has a guest kernel's headers, or the name itself
root_of() {
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	bookworm | trixie | sid | debug | system) echo "$1" ;;
	*) die "no root for '$1' (known: 6.1 6.12 sid debug bookworm trixie system)" ;;
	esac
}

# key_of FILE... - the first 12 hex digits of a hash of the files' content
key_of() {
	cat -- "$@" | sha256sum | cut -c1-12
}

# root_key NAME - what the root NAME is made from, as a hash
root_key() {
	local files=("$LAB_DIR/recipes/$1" "$LAB_DIR"/recipes/{options,customize} "$LAB_DIR/build-root")
	[[ ! -d $LAB_DIR/recipes/$1.d ]] || files+=("$LAB_DIR/recipes/$1.d"/*)
	key_of "${files[@]}"
}

# root_path NAME - where the root NAME is, or will be once it is built
root_path() {
	echo "$LAB_CACHE/roots/$1-$(root_key "$1")"
}

# locked NAME CMD... - run CMD while holding the lock NAME of the cache
locked() {
	local name=$1 fd
	shift
	mkdir -p "$LAB_CACHE/locks"
	exec {fd}>"$LAB_CACHE/locks/$name"
	flock "$fd"
	# The lock must not outlive us in a daemon that CMD leaves behind.
	"$@" {fd}>&-
	local status=$?
	exec {fd}>&-
	return "$status"
}
