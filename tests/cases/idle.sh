# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# What a guest borrows and does not use goes back by itself; what is mapped stays.

head -c 4000000 /dev/urandom >"$T/read"
head -c 4000000 /dev/urandom >"$T/mapped"
for guest in a p; do
	share "$guest" t "$T" "" idle=4
	contains "$(g "$guest" grep ' /mnt/t ' /proc/mounts)" "idle=4"
	same_file "$guest" "$T/read" /mnt/t/read
done
ge "$(stat_of p t loans)" 900 "pages lent to a guest that reads"
# The program of a PVH guest maps what is lent.
g a python3 -c '
import mmap, time
with open("/mnt/t/mapped", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as m:
    sum(m[::4096])
    open("/tmp/ready", "w").close()
    time.sleep(25)' &
mapper=$!
wait_until 20 g a test -e /tmp/ready
no_loans() {
	[[ $(stat_of "$1" t loans) -eq 0 ]]
}
only_mapped() {
	[[ $(stat_of a t loans) -le $((4000000 / 4096 + 64)) ]]
}
wait_until 30 no_loans p
wait_until 30 only_mapped
ge "$(stat_of a t loans)" 900 "pages of the file that is mapped"
wait "$mapper"
g a rm /tmp/ready
wait_until 30 no_loans a
for guest in a p; do
	same_file "$guest" "$T/read" /mnt/t/read "the file after it went back, in $guest"
done
