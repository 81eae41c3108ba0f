# shellcheck shell=bash
# guests: a:pvh:6.12
# An overlay of two layers, with files that were changed, removed and replaced
# in the upper one, is the same in the guest; so is a file that is copied up
# while the guest has it open.

mkdir -p "$T/fs.lower"
make_tree "$T/fs.lower" 200
make_fs overlay "$T/fs"
echo more >>"$T/fs/d1/e1/f1"
rm "$T/fs/d2/e2/f2"
rm -r "$T/fs/names"
mkdir "$T/fs/names"
echo new >"$T/fs/names/new"
chmod 600 "$T/fs/d3/e3/f3"

share a t "$T/fs" squash=none
same_tree a "$T/fs" /mnt/t

gsh a 'exec 3<"$1"; sleep 4; cat <&3 >/dev/null; sha256sum <"$1"' /mnt/t/d8/e3/f8 >"$T/sum" &
sleep 1
printf copied-up | dd of="$T/fs/d8/e3/f8" conv=notrunc status=none
wait $!
eq "$(cat "$T/sum")" "$(sha256sum <"$T/fs/d8/e3/f8")" "the file after a copy-up"
sleep 1.1
same_tree a "$T/fs" /mnt/t
