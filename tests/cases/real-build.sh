# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 3000
# Packages that others have written (/usr/src/real) are unpacked, configured and compiled on a share, by
# two jobs at once. A second make finds nothing to do: times are right.

mkdir "$T/build"
share a t "$T" mode=rw,squash=none
sources=$(gsh a 'ls /usr/src/real/*.tar.* 2>/dev/null || true')
[[ -n $sources ]] || fail "there are no sources in /usr/src/real"
for source in $sources; do
	LIMIT=1500 gsh a '
		mkdir -p /mnt/t/build/package && cd /mnt/t/build/package
		tar -xf "$1" --strip-components=1
		# whatever is generated is newer than what it is generated from
		if [ -x configure ]; then
			./configure >configure.log 2>&1 || { tail -n 20 configure.log; exit 1; }
		fi
		make -j2 >make.log 2>&1 || { tail -n 20 make.log; exit 1; }
		sleep 1
		touch stamp
		make -j2 >again.log 2>&1 || { tail -n 20 again.log; exit 1; }
		[ -z "$(find . -name "*.o" -newer stamp)" ] || { echo "compiled again:"; find . -name "*.o" -newer stamp; exit 1; }
		find . -name "*.o" -print0 | xargs -0 -n 50 readelf -h >/dev/null' "$source" || fail "$source does not build"
	objects=$(find "$T/build/package" -name '*.o' | wc -l)
	ge "$objects" 5 "object files of $source"
	sleep 1.2
	same_tree a "$T/build/package" /mnt/t/build/package
	LIMIT=300 g a rm -r /mnt/t/build/package
	eq "$(ls -A "$T/build")" "" "what is left of it"
done
