#!/bin/bash
# Prints a line for everything in the current directory: type, mode, owner,
# times, links, size, target, device, checksum, extended attributes. Runs in
# dom0 and in guests; equal output means equal trees.
set -euo pipefail
export LC_ALL=C

# A directory's size is the backing filesystem's affair, yet it is passed on.
find . \
	-type l -printf '%y %m %U %G %T@ %n %s %P -> %l\0' -o \
	-printf '%y %m %U %G %T@ %n %s %P\0' |
	sort -z | tr '\n\0' '?\n'
find . \( -type b -o -type c \) -print0 | sort -z | xargs -0r stat -c '%n is %t:%T'
find . -type f -print0 | sort -z | xargs -0r sha256sum
getfattr -R -h -d -m - -e hex . 2>/dev/null || true
