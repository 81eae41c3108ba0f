# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 400
# Guests write to a share of xfs: operations, trees, tar.

# shellcheck source=lib/fs-rw.sh
. lib/fs-rw.sh
fs_rw xfs a p
