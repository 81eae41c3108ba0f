# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 300
# Two guests and dom0 make, remove and rename in the same directories at once: of those who race for
# a name exactly one wins, and nothing is lost. What is unlinked or replaced by one of them stays
# usable for another who has it open.

rounds=60
share a t "$T" mode=rw,squash=none
share p t "$T" mode=rw,squash=none
mkdir "$T/storm"
python3 lib/storm.py prepare "$T/storm" "$rounds" a p dom0

pids=()
for who in a p; do
	LIMIT=200 g "$who" python3 /lab/cases/lib/storm.py "$who" /mnt/t/storm "$rounds" >"$STATE/storm-$who" &
	pids+=($!)
done
python3 lib/storm.py dom0 "$T/storm" "$rounds" >"$STATE/storm-dom0" &
pids+=($!)
for pid in "${pids[@]}"; do
	wait "$pid" || fail "one of the three came upon something that cannot be"
done

# Who has won what, and what is there of it.
won() {
	awk -v kind="$1" '$1 == "won" && $2 ~ kind { n++ } END { print n + 0 }' "${@:2}"
}
for kind in excl dir link symlink unlink rmdir rename; do
	eq "$(won "^$kind$" "$STATE"/storm-*)" "$rounds" "winners of $kind"
	eq "$(grep -h "^won $kind " "$STATE"/storm-* | sort | uniq -d)" "" "won by two"
done
for kind in excl dir link symlink; do
	eq "$(find "$T/storm/$kind" -mindepth 1 | wc -l)" "$rounds" "names made by $kind"
done
for kind in unlink rmdir rename; do
	eq "$(find "$T/storm/$kind" -mindepth 1)" "" "what $kind has left"
done
eq "$(find "$T/storm/renamed" -type f | wc -l)" "$rounds" "names made by rename"
for who in a p dom0; do
	ge "$(won . "$STATE/storm-$who")" 5 "races that $who has won, so that they were races"
	while read -r _ kind i; do
		case $kind in
		excl) eq "$(<"$T/storm/excl/$i")" "$who" "the maker of excl/$i" ;;
		link) eq "$(stat -c %i "$T/storm/link/$i")" "$(stat -c %i "$T/storm/own/$who")" "link/$i" ;;
		symlink) eq "$(readlink "$T/storm/symlink/$i")" "$who" "the maker of symlink/$i" ;;
		rename) eq "$(<"$T/storm/renamed/$i-$who")" "$i" "the renamed file $i" ;;
		esac
	done < <(grep '^won ' "$STATE/storm-$who")
	eq "$(stat -c %h "$T/storm/own/$who")" $(($(won '^link$' "$STATE/storm-$who") + 1)) "links of $who"
	# Each one's own files: all of them, none besides, with their content.
	sed -n 's/^has //p' "$STATE/storm-$who" | sort >"$STATE/own"
	find "$T/storm/own" -name "$who-[0-9]*" -printf '%f\n' | sort >"$STATE/found"
	diff "$STATE/own" "$STATE/found" || fail "files of $who are missing, or came back"
	ge "$(wc -l <"$STATE/own")" 20 "files of $who"
	while read -r name; do
		eq "$(<"$T/storm/own/$name")" "$name" "content of $name"
	done <"$STATE/own"
done
# Tokens are neither lost nor doubled by those who move them about.
eq "$(find "$T/storm/left" "$T/storm/right" -type f -printf '%f\n' | sort -n | tr '\n' ' ')" \
	"$(seq -s ' ' 0 11) " "tokens"
for token in "$T"/storm/left/* "$T"/storm/right/*; do
	[[ ! -e $token ]] || eq "$(<"$token")" "token ${token##*/}"
done
sleep 1.2
for guest in a p; do
	same_tree "$guest" "$T/storm" /mnt/t/storm
done

# keeper GUEST FILE - have a file open, until /tmp/go: then write, cut, read
keeper() {
	gsh "$1" '
		rm -f /tmp/go
		exec 3<>"$1"
		touch /tmp/open
		until [ -e /tmp/go ]; do sleep 0.1; done
		rm /tmp/open /tmp/go
		printf "written later " >&3
		stat -L -c "%h %s" /dev/fd/3
		truncate -s 7 /dev/fd/3
		dd if=/dev/fd/3 bs=100 count=1 status=none
		echo' "$2"
}
for pair in "a p" "p a" "a dom0" "p dom0"; do
	read -r holder remover <<<"$pair"
	for how in unlink rename; do
		printf 'the first content' >"$T/held"
		sleep 1.2
		keeper "$holder" /mnt/t/held >"$STATE/keeper" &
		pid=$!
		wait_until 20 g "$holder" test -e /tmp/open
		if [[ $remover == dom0 ]]; then
			top=$T run=(bash -c)
		else
			top=/mnt/t run=(g "$remover" bash -c)
		fi
		if [[ $how == unlink ]]; then
			"${run[@]}" "rm $top/held"
		else
			"${run[@]}" "printf replacement >$top/other && mv $top/other $top/held"
		fi
		sleep 1.2
		if [[ $how == unlink ]]; then
			refuses 'No such file' g "$holder" cat /mnt/t/held
		else
			eq "$(g "$holder" cat /mnt/t/held)" replacement "the new file of $remover, in $holder"
		fi
		g "$holder" touch /tmp/go
		wait "$pid" || fail "$holder could not use what $remover has taken away by $how"
		eq "$(tr '\n' ,  <"$STATE/keeper")" "0 17,written," "the file that $holder held, after $how by $remover"
		[[ $how == unlink ]] || eq "$(<"$T/held")" replacement "the file in its place"
		rm -f "$T/held"
	done
done
eq "$(ls -A "$T")" storm "what is left in the end"
