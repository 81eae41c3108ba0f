# shellcheck shell=bash
# full
# guests: a:pvh:6.12
# limit: 1200
# A virtual environment of Python on a share, with the pip that comes along, without any network.

share a t "$T" mode=rw,squash=none
LIMIT=1100 gsh a '
	# of the agent, whose child this is
	unset PYTHONDONTWRITEBYTECODE
	cd /mnt/t
	python3 -m venv venv
	venv/bin/python -c "import sys; assert sys.prefix == \"/mnt/t/venv\", sys.prefix"
	venv/bin/python -m pip --disable-pip-version-check list | grep "^pip " >/dev/null
	# a package of our own
	echo "def answer(): return 42" >"$(echo venv/lib/python3.*/site-packages)/ours.py"
	[ "$(venv/bin/python -c "import ours; print(ours.answer())")" = 42 ]
	[ -e venv/lib/python3.*/site-packages/__pycache__/ours.*.pyc ]
	venv/bin/python -m compileall -q -f venv/lib
	venv/bin/python -m pip check
	venv/bin/python -m pip --disable-pip-version-check uninstall -q -y pip
	[ ! -e venv/lib/python3.*/site-packages/pip ]'
sleep 1.2
same_tree a "$T/venv" /mnt/t/venv
