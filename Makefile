# SPDX-License-Identifier: GPL-2.0
# XenFS. "make" lists the targets. On a Debian machine, as root, they install
# what they need (tests/lab/host-deps); compilers, QEMU, Xen and the guests come
# from Debian roots in ~/.cache/xenfs ($XENFS_CACHE).

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
W ?= 1

LAB := tests/lab
IN_ROOT := $(LAB)/in-root trixie

help:
	@echo 'XenFS: directory trees of dom0, shared with Xen guests by lending page-cache pages.'
	@echo
	@echo '  make demo          build, boot Xen in QEMU, share a tree with three guests (root)'
	@echo '  make test          all tests, on real Xen in QEMU (root); FULL=1: the long ones, too;'
	@echo '                     KERNEL=6.1|6.12|sid: of the guests; KERNEL=debug: of dom0 and'
	@echo '                     guests, with the checks that kernels have, and slow;'
	@echo '                     ONLY=PATTERN: some of them; MINUTES=N: begin no test after so many'
	@echo '  make check         style, static checks and unit tests'
	@echo '  make check-build   both modules, for Debian 12, 13 and sid'
	@echo '  make lab           what the tests need, ahead of time'
	@echo '  make shell         a shell in dom0, with the modules and tools there'
	@echo '  make lab-clean     remove what the lab has cached'
	@echo
	@echo '  make modules       both modules, for the kernel in KDIR=$(KDIR)'
	@echo '  make tools         the user-space tools, in build/tools'
	@echo '  make install       modules, tools and man pages; honours DESTDIR and PREFIX'
	@echo '  make uninstall     remove them'
	@echo '  make clean         remove what was built'

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) W=$(W) modules

# In the lab's root, unless the libraries are here.
TOOLS_IN := $(if $(shell pkg-config --exists xenlight xenstore json-c mount 2>/dev/null && echo y),,$(IN_ROOT))
TOOLS_OUT := $(if $(TOOLS_IN),/src,$(CURDIR))/build/tools

tools: $(if $(TOOLS_IN),deps)
	@$(TOOLS_IN) $(MAKE) --no-print-directory -C tools O=$(TOOLS_OUT)

deps:
	@$(LAB)/host-deps

check-build: deps
	@for k in 6.1 6.12 sid; do $(LAB)/build-modules $$k || exit 1; done

check: deps
	@tests/check/all

unit: deps
	@$(IN_ROOT) $(MAKE) --no-print-directory -C tests/unit O=/src/build/unit

lab: deps
	@$(LAB)/build-images

demo: deps
	@tests/demo/run

test: deps
	@tests/run $(if $(FULL),--full) $(if $(KERNEL),--kernel $(KERNEL)) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(ONLY)

shell: deps
	@tests/run --shell $(if $(KERNEL),--kernel $(KERNEL))

lab-clean:
	rm -rf "$${XENFS_CACHE:-$$HOME/.cache/xenfs}"

clean:
	rm -rf build
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o \
		-name '*.mod.c' -o -name '.*.cmd' -o -name Module.symvers -o \
		-name modules.order -o -name .module-common.o \) -type f -exec rm -f {} +

install: tools
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)/sbin $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 build/tools/xenfs $(DESTDIR)$(PREFIX)/sbin/
	# mount(8) looks nowhere else
	install -m 755 build/tools/mount.xenfs $(DESTDIR)/sbin/
	ln -sf mount.xenfs $(DESTDIR)/sbin/mount.xenfs_front
	install -m 644 tools/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	if [ -e frontend/xenfs_front.ko ]; then \
		$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install; \
	else \
		echo 'No modules to install: make modules builds them.'; \
	fi

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/xenfs $(DESTDIR)/sbin/mount.xenfs \
		$(DESTDIR)/sbin/mount.xenfs_front \
		$(DESTDIR)$(PREFIX)/share/man/man8/xenfs.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/mount.xenfs.8
	find $(DESTDIR)/lib/modules -name 'xenfs_front.ko*' -o -name 'xenfs_back.ko*' | \
		grep /updates/ | xargs -r rm -f

.PHONY: help modules tools deps check-build check unit lab demo test shell \
	lab-clean clean install uninstall
