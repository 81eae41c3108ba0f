# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 1200
# dpkg on a share: packages are made, extracted, installed into a root of their own, replaced by newer
# ones and removed. dpkg verifies what it has installed, and dom0 has the same.

share a t "$T" mode=rw,squash=none
LIMIT=1100 gsh a '
	cd /mnt/t
	# package NAME VERSION DIR... - of files that are on this machine
	package() {
		local name=$1 version=$2
		shift 2
		rm -rf stage && mkdir -p stage/DEBIAN
		for dir; do
			mkdir -p "stage$(dirname "$dir")"
			cp -a "$dir" "stage$dir"
		done
		mkdir -p stage/etc
		echo "of version $version" >"stage/etc/$name.conf"
		printf "Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n" \
			"$name" "$version" >stage/DEBIAN/control
		echo "/etc/$name.conf" >stage/DEBIAN/conffiles
		(cd stage && find . -path ./DEBIAN -prune -o -type f -printf "%P\0" | xargs -0 md5sum) >stage/DEBIAN/md5sums
		dpkg-deb --root-owner-group -Znone -b stage "$name-$version.deb" >/dev/null
		rm -r stage
	}
	package one 1.0 /usr/lib/python3.*/email /usr/share/perl/5*
	package one 2.0 /usr/lib/python3.*/json /usr/share/perl/5*
	package two 1.0 /usr/lib/python3.*/asyncio /usr/lib/python3.*/concurrent
	for deb in *.deb /usr/src/real/*.deb; do
		[ -e "$deb" ] || continue
		mkdir x
		dpkg -x "$deb" x
		dpkg-deb --fsys-tarfile "$deb" | tar -C x -df -
		rm -r x
	done

	mkdir -p root/var/lib/dpkg/{info,updates,triggers} root/etc
	touch root/var/lib/dpkg/{status,available}
	dpkg="dpkg --root=/mnt/t/root --force-confnew --log=/tmp/dpkg.log"
	verify() {
		[ -z "$($dpkg --verify)" ] || { $dpkg --verify | head; echo "dpkg finds fault: $1"; exit 1; }
	}
	$dpkg --install one-1.0.deb two-1.0.deb >/tmp/out 2>&1 || { tail /tmp/out; exit 1; }
	verify "installed"
	[ -e root/usr/lib/python3.*/email ]
	[ ! -e root/usr/lib/python3.*/json ]
	$dpkg --install one-2.0.deb >/tmp/out 2>&1 || { tail /tmp/out; exit 1; }
	verify "upgraded"
	[ ! -e root/usr/lib/python3.*/email ]
	[ -e root/usr/lib/python3.*/json ]
	[ "$(cat root/etc/one.conf)" = "of version 2.0" ]
	$dpkg --unpack two-1.0.deb >/tmp/out 2>&1 || { tail /tmp/out; exit 1; }
	$dpkg --configure two >/tmp/out 2>&1 || { tail /tmp/out; exit 1; }
	verify "unpacked again"
	$dpkg --purge two >/tmp/out 2>&1 || { tail /tmp/out; exit 1; }
	[ ! -e root/usr/lib/python3.*/asyncio ]
	[ ! -e root/etc/two.conf ]
	verify "one removed"
	[ -z "$(find root -name "*.dpkg-*")" ] || { find root -name "*.dpkg-*" | head; exit 1; }
	rm ./*.deb'
sleep 1.2
same_tree a "$T/root" /mnt/t/root
eq "$(dpkg --root="$T/root" --verify)" "" "what dpkg says of it in dom0"
(cd "$T/root" && md5sum --quiet -c var/lib/dpkg/info/one.md5sums) || fail "dom0 has other content"
ge "$(wc -l <"$T/root/var/lib/dpkg/info/one.list")" 100 "files of the package"
