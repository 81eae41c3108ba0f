# shellcheck shell=bash
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# Guests write to a share of ext4: operations, trees, tar.

# shellcheck source=lib/fs-rw.sh
. lib/fs-rw.sh
fs_rw ext4 a p
