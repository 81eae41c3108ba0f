# shellcheck shell=bash
# guests: a:pvh:6.12
# A tree with all kinds of things on btrfs is the same in the guest.

make_fs btrfs "$T/fs"
make_tree "$T/fs" 300
share a t "$T/fs" squash=none
same_tree a "$T/fs" /mnt/t
