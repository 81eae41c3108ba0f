# shellcheck shell=bash
# guests: a:pvh:6.12
# dom0 renames, replaces, removes and creates below a mounted share: names follow
# within the time that they are cached for, open files stay what they were.

mkdir -p "$T/one/two"
echo first >"$T/one/file"
echo other >"$T/other"
share a t "$T"
eq "$(g a cat /mnt/t/one/file)" first
refuses 'No such file' g a cat /mnt/t/late

gsh a 'exec 3</mnt/t/one/file; touch /tmp/open; until [ -e /tmp/go ]; do sleep 0.2; done; cat <&3' >"$STATE/held" &
holder=$!
wait_until 20 g a test -e /tmp/open
mv "$T/one/file" "$T/one/two/renamed"
mv "$T/one" "$T/ONE"
echo late >"$T/late"
mv -T "$T/other" "$T/replaced"
sleep 1.2
eq "$(g a cat /mnt/t/ONE/two/renamed)" first "the renamed file"
refuses 'No such file' g a cat /mnt/t/one/file
eq "$(g a cat /mnt/t/late)" late "a name that was looked up in vain before"
refuses 'No such file' g a cat /mnt/t/other

rm "$T/ONE/two/renamed"
sleep 1.2
refuses 'No such file' g a cat /mnt/t/ONE/two/renamed
g a touch /tmp/go
wait "$holder" || fail "the open file could not be read after it was unlinked"
eq "$(cat "$STATE/held")" first "the open, unlinked file"

# A file becomes a directory, and the other way round.
rm "$T/late" && mkdir "$T/late" && echo in >"$T/late/in"
sleep 1.2
eq "$(g a cat /mnt/t/late/in)" in
rm -r "$T/late" && echo again >"$T/late"
sleep 1.2
eq "$(g a cat /mnt/t/late)" again
chmod 600 "$T/late" && touch -d @1000000 "$T/late"
sleep 1.2
eq "$(g a stat -c '%a %Y' /mnt/t/late)" "600 1000000" "attributes"
