# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 7200
# The litmus tests, long: a hundred thousand looks of each kind.

export CHANGES=40 LOOKS=26000 LEAST=100000 SLOWER=4 LIMIT=900
# shellcheck source=litmus.sh
. /lab/cases/litmus.sh
