# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# Files of all sizes around the borders of pages are made, overwritten, appended to, cut and
# lengthened in a guest: it sees that itself, dom0 has it, and another guest, which had the old
# content in its cache, sees it too. Nothing of this works on a share or a mount that is
# read-only.

declare -A other=([a]=p [p]=a)
for guest in a p; do
	mkdir "$T/$guest"
	python3 lib/write-basics.py prepare "$T/$guest"
done
for guest in a p; do
	share "$guest" t "$T" mode=rw,squash=none
done
contains "$(g a grep ' /mnt/t ' /proc/mounts)" '^t /mnt/t xenfs[_a-z]* rw,'

for guest in a p; do
	# what the other one has in its cache, and must not believe in
	gsh "${other[$guest]}" 'cat /mnt/t/"$1"/* | wc -c' "$guest" >/dev/null
	g "$guest" python3 /lab/cases/lib/write-basics.py edit "/mnt/t/$guest" ||
		fail "$guest does not see what it has written"
	python3 lib/write-basics.py list "$T/$guest" >"$STATE/sums"
	ge "$(wc -l <"$STATE/sums")" 130 "files"
	(cd "$T/$guest" && sha256sum --quiet -c "$STATE/sums") || fail "dom0 has not what $guest has written"
	cp "$STATE/sums" "$T/sums-$guest"
	gsh "${other[$guest]}" 'cd "/mnt/t/$1" && sha256sum --quiet -c "../sums-$1"' "$guest" ||
		fail "${other[$guest]} does not see what $guest has written"
done

# dom0's own changes are seen by those who have written the file before.
echo "from dom0" >"$T/a/new-4097"
for guest in a p; do
	eq "$(g "$guest" cat /mnt/t/a/new-4097)" "from dom0" "what dom0 wrote, in $guest"
done

# Read-only, by the share or by the mount.
mkdir "$T/ro"
echo content >"$T/ro/file"
attach a share "$T/ro" mode=ro,squash=none
mnt a share
attach a mount "$T/ro" mode=rw,squash=none
mnt a mount /mnt/mount ro
for name in share mount; do
	contains "$(g a grep " /mnt/$name " /proc/mounts)" " ro,"
	eq "$(g a cat "/mnt/$name/file")" content
	refuses 'Read-only file system' g a touch "/mnt/$name/new"
	refuses 'Read-only file system' gsh a 'echo x >>"$1"' "/mnt/$name/file"
	refuses 'Read-only file system' gsh a ': >"$1"' "/mnt/$name/file"
	refuses 'Read-only file system' g a truncate -s 1 "/mnt/$name/file"
	refuses 'Read-only file system' g a rm "/mnt/$name/file"
	refuses 'Read-only file system' g a mkdir "/mnt/$name/dir"
	refuses 'Read-only file system' g a mv "/mnt/$name/file" "/mnt/$name/moved"
	refuses 'Read-only file system' g a ln "/mnt/$name/file" "/mnt/$name/link"
	refuses 'Read-only file system' g a ln -s x "/mnt/$name/symlink"
	refuses 'Read-only file system' g a chmod 600 "/mnt/$name/file"
	refuses 'Read-only file system' g a chown 1 "/mnt/$name/file"
	refuses 'Read-only file system' g a touch -d @1 "/mnt/$name/file"
	refuses 'Read-only file system' g a setfattr -n user.a -v b "/mnt/$name/file"
	refuses 'Read-only file system' g a mkfifo "/mnt/$name/fifo"
done
refuses '[Rr]ead-only|write-protected' g a mount -o remount,rw /mnt/share
eq "$(ls "$T/ro")" file "what there is in the end"
eq "$(cat "$T/ro/file")" content
# A share that is writable can be mounted ro, then rw, then ro again.
g a mount -o remount,rw /mnt/mount
gsh a 'echo more >>/mnt/mount/file'
g a mount -o remount,ro /mnt/mount
refuses 'Read-only file system' gsh a 'echo x >>/mnt/mount/file'
eq "$(tr '\n' ' ' <"$T/ro/file")" "content more "
