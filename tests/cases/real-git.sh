# shellcheck shell=bash
# full
# guests: a:pvh:6.12 p:pv:6.12
# limit: 2000
# git on a share: a repository is made, cloned with links and with copies, switched to and fro, packed;
# git finds no fault with it, in the guest or in dom0.

git_here=(git -c safe.directory='*')
for guest in a p; do
	mkdir "$T/$guest"
	share "$guest" t "$T/$guest" mode=rw,squash=none
	LIMIT=900 gsh "$guest" '
		export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@y GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@y
		export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=init.defaultBranch GIT_CONFIG_VALUE_0=main
		cd /mnt/t
		git init -q origin
		cp -r /usr/share/perl/5* /usr/lib/python3/dist-packages origin/ 2>/dev/null || true
		cp -r /usr/lib/python3.*/{json,email,asyncio} origin/
		cd origin
		git add .
		git commit -q -m first
		git ls-files "*.py" | sed -n 1,20p | xargs -d "\n" sed -i "1s/^/# changed\n/"
		git mv json renamed
		ln -s renamed/__init__.py link
		git add . && git commit -q -m second
		git checkout -q -b side HEAD~1
		echo side >side && git add side && git commit -q -m side
		git checkout -q main && git merge -q -m merged side
		cd ..
		git clone -q --no-hardlinks origin copied
		git clone -q origin linked
		for repository in origin copied linked; do
			git -C $repository fsck --full --strict --no-dangling
			[ -z "$(git -C $repository status --porcelain)" ]
		done
		git -C copied checkout -q HEAD~1
		[ ! -e copied/side ]
		git -C copied checkout -q main
		[ -e copied/side ]
		git -C copied gc -q --prune=now
		git -C copied fsck --full --strict
		echo x >>copied/link
		[ "$(git -C copied status --porcelain)" = " M renamed/__init__.py" ]
		git -C copied stash -q
		[ -z "$(git -C copied status --porcelain)" ]
		rm -rf linked/[a-z]*
		git -C linked reset -q --hard
		diff -r -x .git origin copied
		diff -r -x .git origin linked' || fail "git in $guest"
	ge "$("${git_here[@]}" -C "$T/$guest/origin" ls-files | wc -l)" 100 "files in the repository"
	for repository in origin copied linked; do
		"${git_here[@]}" -C "$T/$guest/$repository" fsck --full --strict --no-dangling ||
			fail "git in dom0 finds fault with $repository of $guest"
		eq "$("${git_here[@]}" -C "$T/$guest/$repository" status --porcelain)" "" "what git finds changed, in dom0"
		diff -r -x .git "$T/$guest/origin" "$T/$guest/$repository"
	done
done
