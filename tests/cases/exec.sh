# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# Programs, scripts and shared libraries run from the mount.

mkdir "$T/bin" "$T/lib"
cp /usr/bin/sha256sum /usr/bin/python3 "$T/bin/"
cp -L /lib/x86_64-linux-gnu/lib*.so* "$T/lib/" 2>/dev/null || true
printf '#!/bin/sh\necho script ran with "$1"\n' >"$T/bin/script"
chmod 755 "$T/bin/script"
cp /usr/bin/true "$T/bin/unable"
chmod 644 "$T/bin/unable"
want=$(sha256sum <"$T/bin/python3")
for guest in a p; do
	share "$guest" t "$T"
	eq "$(gsh "$guest" 'LD_LIBRARY_PATH=/mnt/t/lib /mnt/t/bin/sha256sum </mnt/t/bin/python3')" "$want"
	eq "$(gsh "$guest" 'LD_LIBRARY_PATH=/mnt/t/lib /mnt/t/bin/python3 -c "print(6 * 7)"')" 42
	eq "$(g "$guest" /mnt/t/bin/script this)" "script ran with this"
	refuses 'Permission denied' gsh "$guest" 'exec /mnt/t/bin/unable'
	g "$guest" umount /mnt/t
	mnt "$guest" t /mnt/t noexec
	refuses 'Permission denied' gsh "$guest" 'exec /mnt/t/bin/script'
done
