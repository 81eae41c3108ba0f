# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 3600
# stress-ng's stressors of filesystems, a few operations of each, with its own verification.

stressors=(access acl chattr chdir chmod chown copy-file dentry dir dirdeep dirmany fallocate fcntl file-ioctl
	filename flock fpunch fsize fstat getdent handle hdd inode-flags inotify io iomix link locka lockf
	lockmix lockofd metamix mknod mmap msync open readahead rename sendfile splice seek symlink sync-file
	touch unlink utime xattr)
# Of these, what stress-ng does not know here, or what the kernel does not have, counts as done.
tried=0
for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
	for stressor in "${stressors[@]}"; do
		status=0
		LIMIT=180 gsh "$guest" '
			mkdir -p /mnt/t/stress && cd /mnt/t
			stress-ng --"$1" 1 --"$1"-ops 30 --timeout 8 --verify --temp-path /mnt/t/stress --oomable' "$stressor" \
			>"$STATE/stress" 2>&1 || status=$?
		case $status in
		0) tried=$((tried + 1)) ;;
		# 1: no such stressor, or option; 3: no resources; 4: not for this machine
		1 | 3 | 4) echo "$stressor in $guest: status $status" ;;
		*) cat "$STATE/stress" && fail "$stressor in $guest: status $status" ;;
		esac
		left=$(find "$T/$guest/stress" -mindepth 1 | head -n 5)
		eq "$left" "" "what $stressor has left in $guest"
	done
done
ge "$tried" $((2 * ${#stressors[@]} * 3 / 4)) "stressors that ran"
