# shellcheck shell=bash
# guests: a:pvh:6.12
# The server decides who may do what: modes, groups, ACLs, squashing.

# as UID GID GROUPS COMMAND...
as() {
	local uid=$1 gid=$2 groups=$3
	shift 3
	if [[ -n $groups ]]; then
		g a setpriv --reuid "$uid" --regid "$gid" --groups "$groups" "$@"
	else
		g a setpriv --reuid "$uid" --regid "$gid" --clear-groups "$@"
	fi
}

make() {
	echo "$1" >"$T/$1"
	chown "$2" "$T/$1"
	chmod "$3" "$T/$1"
}
make owner 1000:1000 400
make group 1000:2000 440
make world 1000:1000 444
make nobody 1000:1000 000
make anon 65534:65534 400
make root 0:0 400
make acl 1000:1000 400
setfacl -m u:1500:r "$T/acl"
mkdir -m 700 "$T/closed"
echo inside >"$T/closed/file"
mkdir -m 711 "$T/search"
echo inside >"$T/search/file"

share a t "$T"
eq "$(as 1000 1000 '' cat /mnt/t/owner)" owner
refuses 'Permission denied' as 1001 1001 '' cat /mnt/t/owner
eq "$(as 1001 2000 '' cat /mnt/t/group)" group
eq "$(as 1001 1001 3000,2000 cat /mnt/t/group)" group
refuses 'Permission denied' as 1001 1001 3000 cat /mnt/t/group
eq "$(as 1001 1001 '' cat /mnt/t/world)" world
refuses 'Permission denied' as 1000 1000 '' cat /mnt/t/nobody
eq "$(as 1500 1500 '' cat /mnt/t/acl)" acl
refuses 'Permission denied' as 1501 1501 '' cat /mnt/t/acl
refuses 'Permission denied' as 1000 1000 '' ls /mnt/t/closed
refuses 'Permission denied' as 1000 1000 '' cat /mnt/t/closed/file
refuses 'Permission denied' as 1000 1000 '' ls /mnt/t/search
eq "$(as 1000 1000 '' cat /mnt/t/search/file)" inside
# access(2) tells the same
as 1000 1000 '' test -r /mnt/t/owner
refuses '' as 1001 1001 '' test -r /mnt/t/owner

# squash=root: the guest's root is nobody here, whatever its capabilities
refuses 'Permission denied' g a cat /mnt/t/root
refuses 'Permission denied' g a cat /mnt/t/owner
refuses 'Permission denied' g a ls /mnt/t/closed
eq "$(g a cat /mnt/t/anon)" anon
refuses '' g a test -r /mnt/t/root

# squash=all
attach a all "$T" squash=all,anonuid=1000,anongid=5
mnt a all
eq "$(as 4321 4321 2000 cat /mnt/all/owner)" owner
refuses 'Permission denied' as 4321 4321 2000 cat /mnt/all/root

# squash=none
attach a none "$T" squash=none
mnt a none
eq "$(g a cat /mnt/none/root)" root
eq "$(g a cat /mnt/none/nobody)" nobody
refuses 'Permission denied' as 1001 1001 '' cat /mnt/none/root

# Nobody writes here.
refuses 'Read-only file system' g a touch /mnt/none/new
refuses 'Read-only file system' g a rm /mnt/none/world
refuses 'Read-only file system' gsh a 'echo x >>/mnt/none/world'
refuses 'Read-only file system' g a chmod 777 /mnt/none/world
refuses '[Rr]ead-only|write-protected' g a mount -o remount,rw /mnt/none
