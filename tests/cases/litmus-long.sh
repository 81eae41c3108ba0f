# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 7200
# The litmus tests, long: a hundred thousand looks of each kind by each guest.

export CHANGES=60 LOOKS=100000 LIMIT=900
# shellcheck source=litmus.sh
. /lab/cases/litmus.sh
