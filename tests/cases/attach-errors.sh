# shellcheck shell=bash
# guests: a:pvh:6.12
# Mistakes at attach and detach are told, and leave nothing behind.

mkdir "$T/dir"
: >"$T/file"
refuses "no domain 'nobody' is running" attach nobody t "$T/dir"
refuses 'Running are:.*a \(' attach nobody t "$T/dir"
refuses 'No such file or directory' attach a t "$T/missing"
refuses 'not a directory' attach a t "$T/file"
refuses 'unknown key' attach a t "$T/dir" color=blue
refuses 'mode can be ro' attach a t "$T/dir" mode=wo
refuses 'must begin with' attach a t relative
refuses 'this one' attach 0 t "$T/dir"
# The backend finds it out: the tool tells its reason, and takes the device away.
refuses 'refused: .*(No such file|missing|ENOENT|-2)' \
	xenfs attach --no-check a "tag=t,path=$T/missing"
refuses 'refused: .*([Nn]ot a directory|-20)' xenfs attach --no-check a "tag=t,path=$T/file"
eq "$(xenfs list --json a | jq length)" 0 "shares of a"

attach a t "$T/dir"
refuses "has a share 't' already" attach a t "$T"
refuses "no share 'u'" detach a u
refuses 'It has: t' detach a u
mnt a t
refuses 'is mounted in domain a' detach a t
eq "$(g a ls -d /mnt/t)" /mnt/t "the mount, after a detach that was refused"
umnt a /mnt/t
detach a t
refuses "no share 't'" detach a t
refuses 'no share is attached to this guest' g a mount -t xenfs t /mnt/t -o x-xenfs.wait=0
