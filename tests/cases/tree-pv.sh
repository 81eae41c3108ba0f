# shellcheck shell=bash
# guests: p:pv:6.12
# A PV guest sees the same tree.

make_tree "$T" 300
share p t "$T" squash=none
same_tree p "$T" /mnt/t
