# shellcheck shell=bash
# guests: a:pvh:6.12
# Links are followed by the guest, in the guest; nothing outside the export is
# reached, not by links, not by "..", not by a directory that is moved out.

mkdir -p "$T/export/dir/sub" "$T/outside"
echo secret >"$T/outside/secret"
echo inside >"$T/export/dir/file"
ln -s /etc/hostname "$T/export/absolute"
ln -s ../outside/secret "$T/export/outside"
ln -s "$T/outside" "$T/export/outside-dir"
ln -s dir/file "$T/export/relative"
ln -s loop "$T/export/loop"

share a t "$T/export"
g a sh -c 'echo the-guest >/etc/hostname'
eq "$(g a cat /mnt/t/absolute)" the-guest "an absolute link"
eq "$(g a cat /mnt/t/relative)" inside "a relative link"
eq "$(g a readlink /mnt/t/outside-dir)" "$T/outside" "the link's target"
refuses 'No such file' g a cat /mnt/t/outside
refuses 'No such file' g a cat /mnt/t/outside-dir/secret
refuses 'Too many levels' g a cat /mnt/t/loop
eq "$(g a stat -c %i /mnt/t/..)" "$(g a stat -c %i /mnt)" "the parent of the mount's root"

# A directory that leaves the export while a process of the guest is in it.
gsh a 'cd /mnt/t/dir/sub && touch /tmp/there && until [ -e /tmp/moved ]; do sleep 0.2; done
	sleep 1.2
	cat ../../outside/secret ../secret 2>/tmp/first && exit 1
	ls . 2>/tmp/second && exit 1
	exit 0' &
inside=$!
wait_until 20 g a test -e /tmp/there
mv "$T/export/dir/sub" "$T/outside/"
touch "$T/outside/sub/visible"
g a touch /tmp/moved
wait "$inside" || fail "a process reached what was moved out of the export"
contains "$(g a cat /tmp/second)" 'Stale file handle|No such file'
refuses 'No such file|Stale' g a stat /mnt/t/dir/sub
