# shellcheck shell=bash
# guests: a:pvh:6.12
# xenfs list and stats tell what is there, for people and as JSON.

head -c 1000000 /dev/urandom >"$T/file"
attach a t "$T" max-pages=5000
eq "$(xenfs list --json | jq -r '.[0] | "\(.domain) \(.tag) \(.mode) \(.mounted) \(.leftover) \(.error)"')" \
	"a t ro false false null"
mnt a t
g a cat /mnt/t/file >/dev/null
eq "$(xenfs list --json a | jq -r '.[0] | "\(.path) \(.state) \(.mounted)"')" "$T connected true"
ge "$(xenfs list --json a | jq '.[0].lent')" 244 "pages that list says are lent"
contains "$(xenfs list)" 'DOMAIN .*TAG.*STATE'
contains "$(xenfs list)" 'connected +yes'
contains "$(xenfs stats a t)" "share 't'"
ge "$(xenfs stats --json a | jq '[.[0].statistics[]] | length')" 10 "figures"
ge "$(xenfs stats --json a | jq '.[0].statistics.loans')" 244 "pages lent"
for command in attach detach list stats; do
	contains "$(xenfs "$command" --help)" "usage: xenfs $command"
done
eq "$(xenfs list nobody 2>/dev/null || echo $?)" 1 "the status of a failure"
eq "$(xenfs attach a 2>/dev/null || echo $?)" 2 "the status of a wrong command line"
