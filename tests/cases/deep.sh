# shellcheck shell=bash
# guests: a:pvh:6.12
# A tree deeper than any path is long, and names of 255 octets.

python3 - "$T" <<'END'
import os, sys
os.chdir(sys.argv[1])
for i in range(300):
    name = f"{i:03}-" + "d" * 36
    os.mkdir(name)
    os.chdir(name)
open("bottom", "w").write("found\n")
END
name=$(printf 'n%.0s' $(seq 255))
echo 255 >"$T/$name"
share a t "$T"
eq "$(g a cat "/mnt/t/$name")" 255 "a name of 255 octets"
refuses 'File name too long' g a stat "/mnt/t/${name}x"
g a python3 -c '
import os
os.chdir("/mnt/t")
depth = 0
while True:
    names = [n for n in os.listdir(".") if not n.startswith("n")]
    if names == ["bottom"]:
        break
    os.chdir(names[0])
    depth += 1
assert depth == 300, depth
assert open("bottom").read() == "found\n"
for _ in range(depth):
    os.chdir("..")
assert len(os.listdir(".")) == 2
'
