# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# tar and rsync carry trees to a share and back, with links, holes, ACLs and attributes: what comes
# back is what went out, and rsync finds nothing to do a second time.

for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none,devices=yes
	make_local_fs "$guest" /tmp/local 128M
	LIMIT=250 gsh "$guest" '
		manifest() {
			(cd "$1" && bash /lab/cases/lib/manifest.sh) | LC_ALL=C sed -E "s/^(d( [^ ]+){5}) [0-9]+ /\1 /" |
				LC_ALL=C sort
		}
		same() {
			manifest "$2" >/tmp/this
			diff -a "$1" /tmp/this || { echo "$2: - before, + after"; exit 1; }
		}
		# rsync takes times of the same second for the same.
		age() {
			find tree -newermt "1 hour ago" ! -newermt "1 hour" -print0 | xargs -0r touch -h -d "$1"
		}
		cd /tmp/local
		mkdir tree
		python3 /lab/cases/lib/make-tree.py tree 120
		rm tree/special/socket
		setfacl -m u:1500:rw tree/d0/e0/f0
		setfacl -d -m g:1600:rwx tree/d1
		age "2 days ago"
		manifest tree >/tmp/tree
		tar="tar --format=posix --xattrs --xattrs-include=* --acls --sparse --warning=no-timestamp"

		mkdir /mnt/t/tar /mnt/t/rsync
		$tar -cf - tree | $tar -C /mnt/t/tar -xpf -
		same /tmp/tree /mnt/t/tar/tree
		mkdir back
		$tar -C /mnt/t/tar -cf - tree | $tar -C back -xpf -
		same /tmp/tree back/tree
		rm -r back
		$tar -cf /mnt/t/archive.tar tree
		$tar -C /mnt/t/tar -df /mnt/t/archive.tar

		rsync -aHAX --sparse tree/ /mnt/t/rsync/
		same /tmp/tree /mnt/t/rsync
		[ -z "$(rsync -aHAXci --delete tree/ /mnt/t/rsync/)" ] || { echo "rsync finds differences"; exit 1; }
		# some things change, and rsync brings them up to date in place and by renaming
		echo changed >>tree/d0/e0/f0
		rm tree/d1/e1/f1 && mkdir tree/d1/e1/f1
		mv tree/names tree/named
		truncate -s 100 tree/sparse/all
		age "1 day ago"
		manifest tree >/tmp/tree
		rsync -aHAX --delete --inplace tree/ /mnt/t/rsync/
		same /tmp/tree /mnt/t/rsync
		rsync -aHAX --delete tree/ /mnt/t/tar/tree/
		same /tmp/tree /mnt/t/tar/tree
		mkdir back
		rsync -aHAX --sparse /mnt/t/rsync/ back/
		same /tmp/tree back' || fail "tar or rsync in $guest"
	sleep 1.2
	same_tree "$guest" "$T/$guest" /mnt/t
	drop_local_fs "$guest" /tmp/local
done
