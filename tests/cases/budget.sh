# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# full
# A share's budget of pages is kept: reading goes on by copying, and is right.

head -c 40000000 /dev/urandom >"$T/data"
want=$(sha256sum <"$T/data")
for guest in a p; do
	attach "$guest" small "$T" max-pages=600
	attach "$guest" none "$T" max-pages=0
	mnt "$guest" small
	mnt "$guest" none
	for tag in small none; do
		eq "$(gsh "$guest" 'sha256sum <"$1"' "/mnt/$tag/data")" "$want" "the data by $tag in $guest"
		g "$guest" "$PROGS/mapcheck" sum "/mnt/$tag/data"
	done
	le "$(stat_of "$guest" small loans)" 600 "pages on loan"
	ge "$(stat_of "$guest" small budget_denied)" 1 "times that the budget was used up"
	le "$(stat_of "$guest" none loans)" 0 "pages on loan"
done

# Nodes: the guest looks at more files than it may remember, and is served.
mkdir "$T/many"
for i in $(seq 600); do
	echo "$i" >"$T/many/$i"
done
attach a few "$T/many" max-nodes=200,max-open=50
mnt a few
eq "$(gsh a 'cd /mnt/few && cat $(seq 600) | sha256sum')" "$(seq 600 | sha256sum)" "600 files"
