# SPDX-License-Identifier: GPL-3.0-or-later
# `make help` lists the targets. Every product goes to build/ (make O=DIR for
# another place; a sanitized build has its own).

VERSION := 0.1.0

SANITIZE ?=
O        ?= build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
PREFIX   ?= /usr/local
DESTDIR  ?=
comma    := ,

PROGRAMS := graceclient graceserver gracelab

# What the packages are needed for stands in the README.
DEPS_BUILD := gcc libc6-dev make pkg-config libreadline-dev libjansson-dev \
	libpcap-dev libmnl-dev libssl-dev
DEPS_CHECK := bats bats-support bats-assert tmux netcat-openbsd socat python3 \
	strace valgrind mandoc git iproute2 util-linux binutils openssl \
	python3-yaml
DEPS_AUDIT := socat ncat nginx-light libnginx-mod-stream haproxy nodejs \
	redis-server openssh-server openssh-client python3 openssl stunnel4 \
	gnutls-bin curl wget netcat-openbsd iproute2 util-linux nftables \
	slirp4netns passt systemd
DEPS_LINT  := clang clang-format clang-tidy cppcheck shellcheck
DEPS_BENCH := netcat-openbsd socat ncat python3
DEPS_FUZZ  := clang libclang-rt-dev
DEPS_KERNELS := user-mode-linux kmod
DEPS_BOOK := chromium fonts-dejavu-core python3

# One short line a product; `make V=1` shows the commands, `make -s` nothing.
Q     := $(if $(V),,@)
quiet := $(V)$(findstring s,$(firstword -$(MAKEFLAGS)))
say    = $(if $(quiet),,@echo '$(1)	$(patsubst $(O)/%,%,$(2))')

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 $(WERROR)
HARDEN   := -fPIE -fstack-protector-strong
LDHARDEN := -pie -Wl,-z,relro,-z,now
ifeq ($(SANITIZE),)
HARDEN   += -D_FORTIFY_SOURCE=2
else
HARDEN   += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LDHARDEN += -fsanitize=$(SANITIZE)
endif

# Asked for only when something is built, so that `make deps` needs nothing.
PKG_CONFIG ?= pkg-config
PKG_CFLAGS  = $(shell $(PKG_CONFIG) --cflags readline jansson \
	libpcap libmnl openssl)
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -DGRACE_VERSION='"$(VERSION)"' -I. \
	$(WARNINGS) $(HARDEN) $(PKG_CFLAGS) $(CFLAGS)
# Loaded with every start, readline costs a fifth of it, and is needed only at
# a terminal; so where there is its archive (not on every system) it is linked.
ARCHIVES    = $(filter /%,$(shell $(CC) -print-file-name=libreadline.a) \
	$(shell $(CC) -print-file-name=libtinfo.a))
READLINE    = $(if $(word 2,$(ARCHIVES)),$(ARCHIVES),$(shell $(PKG_CONFIG) \
	--libs readline))
LIBS_graceclient = $(READLINE) $(shell $(PKG_CONFIG) --libs jansson)
LIBS_graceserver = $(LIBS_graceclient)
LIBS_gracelab    = $(READLINE) $(shell $(PKG_CONFIG) --libs jansson libpcap \
	libmnl openssl) -lm
LIBS_unit        = $(LIBS_graceclient) $(LIBS_gracelab) \
	-Wl,--wrap=argp_parse,--wrap=argp_error

sources      = $(foreach d,$(1) $(1)/* $(1)/*/*,$(wildcard $(d)/*.c))
# What builds a manual is no part of what the manual is about.
objects      = $(patsubst %.c,$(O)/obj/%.o,$(filter-out lib/manual/% \
	gracelab/manual/%,$(call sources,$(1))))
LIB_OBJECTS := $(call objects,lib)
UNIT_OBJECTS := $(call objects,tests/unit) \
	$(filter-out %/entry.o,$(call objects,tests/fuzz))
OBJECTS     := $(LIB_OBJECTS) $(foreach p,$(PROGRAMS),$(call objects,$(p))) \
	$(UNIT_OBJECTS) $(O)/obj/lib/manual/commands.o \
	$(O)/obj/gracelab/manual/synopsis.o \
	$(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/bench/*.c tests/pictures/*.c))
MANUALS     := $(patsubst %,$(O)/%.1,$(PROGRAMS))
LAB_FILES   := $(wildcard transcripts/*/*.lab transcripts/*/*.txt \
	transcripts/*/*.py transcripts/*/*.js transcripts/*/*.c \
	transcripts/*/*.pem) \
	$(wildcard transcripts/*.md)
SOURCES      = $(shell git ls-files --cached --others --exclude-standard \
	'*.c' '*.h')
SCRIPTS      = $(shell git ls-files --cached --others --exclude-standard \
	'*.sh' '*.bash' '*.bats' .ci/run)

.PHONY: all demo bench orders soak transcripts pictures check check-valgrind lint analyze format install uninstall deb clean deps deps-audit deps-bench deps-build audited check-real help
.PHONY: lib graceclient graceserver gracelab tests

all: $(PROGRAMS:%=$(O)/%) $(MANUALS)

lib: $(O)/libgrace.a
$(PROGRAMS): %: $(O)/%
tests: $(O)/unit $(O)/draw

$(O)/libgrace.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

define program_rule
$(O)/$(1): $$(call objects,$(1)) $(O)/libgrace.a
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDHARDEN) $$(LDFLAGS) -o $$@ $$^ \
		$$(LIBS_$(1))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# The files that a page consists of, as a part of gracelab.
PAGE_PARTS := $(O)/obj/page-parts.o
PAGE_FILES := $(wildcard gracelab/page/*.css gracelab/page/*.js \
	gracelab/page/*.svg)

$(PAGE_PARTS): gracelab/page/embed.sh $(PAGE_FILES) $(O)/flags
	$(call say,CC,$@)
	@mkdir -p $(@D)
	@gracelab/page/embed.sh gracelab/page > $(O)/page-parts.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $(O)/page-parts.c

$(O)/gracelab: $(PAGE_PARTS)

# Parts of the programs for their unit tests.
UNIT_PARTS := $(PAGE_PARTS) $(O)/obj/graceclient/options.o \
	$(addprefix $(O)/obj/graceserver/,options.o timers.o) \
	$(filter-out %/main.o,$(call objects,gracelab))

$(O)/unit: $(UNIT_OBJECTS) $(UNIT_PARTS) $(O)/libgrace.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS_unit)

# A record as a picture: `draw svg <record.json`.
$(O)/draw: $(O)/obj/tests/pictures/draw.o $(UNIT_PARTS) $(O)/libgrace.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS_gracelab)

$(O)/obj/%.o: %.c $(O)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Changes only when compiler or flags do, and then everything is built anew.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(subst ','\'',$(ALL_CFLAGS)) $(LDFLAGS)' | \
		cmp -s - $@ || \
		echo '$(CC) $(subst ','\'',$(ALL_CFLAGS)) $(LDFLAGS)' > $@
.PHONY: FORCE

# The list of commands in a manual comes from the table that parses them.
$(O)/commands-manual: $(O)/obj/lib/manual/commands.o $(O)/libgrace.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^

define manual_rule
$(O)/$(1).1: $(1)/$(1).1 $(O)/commands-manual
	$$(call say,MAN,$$@)
	$$(Q)$(O)/commands-manual $(1) | sed -e '/^@COMMANDS@$$$$/r /dev/stdin' \
		-e '/^@COMMANDS@$$$$/d' $(1)/$(1).1 > $$@
endef
$(foreach p,graceclient graceserver,$(eval $(call manual_rule,$(p))))

# The synopsis of gracelab's comes from its table of subcommands.
$(O)/synopsis-manual: $(O)/obj/gracelab/manual/synopsis.o \
		$(filter-out %/main.o,$(call objects,gracelab)) $(PAGE_PARTS) \
		$(O)/libgrace.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ \
		$(LIBS_gracelab)

$(O)/gracelab.1: gracelab/gracelab.1 $(O)/synopsis-manual
	$(call say,MAN,$@)
	$(Q)$(O)/synopsis-manual | sed -e '/^@SYNOPSIS@$$/r /dev/stdin' \
		-e '/^@SYNOPSIS@$$/d' gracelab/gracelab.1 > $@

-include $(OBJECTS:.o=.d)

demo: all
	@O=$(O) tests/demo.sh

# References: bare sockets; only the empty program is linked as ours are.
BENCHES := $(patsubst tests/bench/%.c,$(O)/bench/%,$(wildcard tests/bench/*.c))

.SECONDARY: $(BENCHES:$(O)/bench/%=$(O)/obj/tests/bench/%.o)
$(O)/bench/%: $(O)/obj/tests/bench/%.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS_BENCH)
$(O)/bench/empty: private LIBS_BENCH = -Wl,--no-as-needed \
	-Wl,-u,rl_callback_handler_install $(LIBS_graceclient)

bench: all $(BENCHES)
	@O=$(O) python3 tests/bench/bench.py $(BENCH)

soak: all
	@O=$(O) python3 tests/soak/soak.py

transcripts: all
	$(O)/gracelab record

pictures: all
	@mkdir -p $(O)/pictures
	@for lab in transcripts/*/*.lab; do name=$$(basename $$lab .lab); \
		$(O)/gracelab play --format=svg -o $(O)/pictures/$$name.svg \
		$$name || exit 1; done
	@cp $(O)/pictures/close-early.svg $(O)/pictures/shutdown.svg \
		$(O)/pictures/orders-close-2.svg \
		$(O)/pictures/orders-shutdown-2.svg transcripts
	@echo 'pictures are in $(O)/pictures, those of the README in transcripts'

.PHONY: book check-book deps-book
book: all
	@O=$(abspath $(O)) python3 tests/book/book.py

# By a browser; what needs none is a part of check.
check-book: book tests
	@O=$(abspath $(O)) python3 tests/book/check.py

deps-book:
	@tests/deps.sh $(DEPS_BOOK)

check: all tests
	@O=$(abspath $(O)) tests/run.sh

# The two programs in each test run by valgrind, from a folder of wrappers. A
# held child has the memory of its parent, and frees none of it.
VALGRIND  := valgrind --quiet --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite --vgdb=no --child-silent-after-fork=yes
VALGRINDED ?= client client_commands client_lines client_peers client_shown \
	server server_answers server_commands paths faults peers

check-valgrind: all
	@mkdir -p $(O)/valgrind
	@for p in graceclient graceserver; do printf '#!/bin/sh\nexec %s %s "$$@"\n' \
		'$(VALGRIND)' "$(abspath $(O))/$$p" > $(O)/valgrind/$$p; \
		chmod +x $(O)/valgrind/$$p; done
	@VALGRIND=yes PATIENCE_S=60 O=$(abspath $(O))/valgrind tests/run.sh \
		$(VALGRINDED:%=tests/%.bats)

lint: $(MANUALS)
	tests/rooms/rooms.py
	clang-format --dry-run --Werror $(SOURCES)
	shellcheck $(SCRIPTS)
	mandoc -Tlint -Wwarning $(MANUALS) gracelab/grace-lab.5
	$(MAKE) --no-print-directory O=build/lint-gcc CC=gcc WERROR=-Werror \
		all tests
	$(MAKE) --no-print-directory O=build/lint-clang CC=clang \
		WERROR=-Werror all tests

# The analyzer of gcc loses what a list or a caller owns, and takes that for a
# leak; leaks are LeakSanitizer's to find.
ANALYZER  := -fanalyzer -Wno-analyzer-malloc-leak
ANALYZED   = $(call sources,lib) $(call sources,graceclient) \
	$(call sources,graceserver) $(call sources,gracelab) \
	$(wildcard tests/bench/*.c)

analyze:
	$(MAKE) --no-print-directory O=build/analyze CC=gcc WERROR=-Werror \
		CFLAGS='-O2 -g $(ANALYZER)' all
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -I. \
		-D_GNU_SOURCE --enable=warning,performance,portability \
		$(ANALYZED)
	printf '%s\n' $(ANALYZED) | xargs -P 2 -I '{}' \
		clang-tidy --quiet '{}' -- $(ALL_CFLAGS)

format:
	clang-format -i $(SOURCES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 gracelab/grace-lab.5 $(DESTDIR)$(PREFIX)/share/man/man5
	for f in $(LAB_FILES); do install -D -m 644 $$f \
		$(DESTDIR)$(PREFIX)/share/grace/$$f || exit 1; done
	install $(PROGRAMS:%=$(O)/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MANUALS) $(DESTDIR)$(PREFIX)/share/man/man1
	for p in $(PROGRAMS); do install -m 644 $$p/completion.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p; done

uninstall:
	for p in $(PROGRAMS); do rm -f $(DESTDIR)$(PREFIX)/bin/$$p \
		$(DESTDIR)$(PREFIX)/share/man/man1/$$p.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p; done
	rm -f $(DESTDIR)$(PREFIX)/share/man/man5/grace-lab.5
	rm -rf $(DESTDIR)$(PREFIX)/share/grace

deb: all
	@rm -rf $(O)/deb
	@$(MAKE) --no-print-directory --silent install \
		DESTDIR=$(abspath $(O))/deb PREFIX=/usr
	@.github/package.sh $(O)/deb $(VERSION) $(O)/grace_$(VERSION).deb
	@echo 'the package is $(O)/grace_$(VERSION).deb'

clean:
	rm -rf build

# Fuzzing: a program for each target in tests/fuzz, by clang's libFuzzer.
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= lines experiment arguments packet reply events records
FUZZ_PARTS   := $(O)/obj/tests/unit/tap.o $(filter-out %/entry.o %/replay.o,\
	$(call objects,tests/fuzz))
FUZZ_MAKE     = $(MAKE) --no-print-directory --silent CC=$(FUZZ_CC) \
	SANITIZE=fuzzer-no-link,address,undefined O=$(O)/fuzz

$(O)/fuzz-%: tests/fuzz/entry.c $(FUZZ_PARTS) $(UNIT_PARTS) $(O)/libgrace.a
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -DFUZZ_TARGET=fuzz_$* \
		$(LDHARDEN) $(LDFLAGS) -o $@ $^ $(LIBS_unit)

.PHONY: fuzz corpus deps-fuzz
fuzz:
	@$(FUZZ_MAKE) $(FUZZ_TARGETS:%=$(O)/fuzz/fuzz-%)
	@O=$(O)/fuzz SECONDS_EACH=$(FUZZ_SECONDS) tests/fuzz/run.sh \
		$(FUZZ_TARGETS)

corpus:
	@$(FUZZ_MAKE) $(FUZZ_TARGETS:%=$(O)/fuzz/fuzz-%)
	@O=$(O)/fuzz tests/fuzz/run.sh --keep $(FUZZ_TARGETS)

deps-fuzz:
	@tests/deps.sh $(DEPS_FUZZ)

deps-build:
	@tests/deps.sh $(DEPS_BUILD)

deps-bench:
	@tests/deps.sh $(DEPS_BENCH)

deps-audit:
	@tests/deps.sh $(DEPS_AUDIT)
	@tests/real/docker-proxy.sh $(O)/real

orders: all
	@O=$(abspath $(O)) python3 tests/orders_table.py

audited: all
	@O=$(abspath $(O)) python3 tests/real/table.py

check-real: all
	@O=$(abspath $(O)) tests/run.sh tests/real/*.bats

.PHONY: mutate
mutate:
	@O=$(abspath $(O)) tests/mutate/mutate.py $(MUTANTS:%='%')

# Other kernels, as programs: KERNELS names them.
.PHONY: check-kernels deps-kernels
KERNELS ?= linux.uml
check-kernels: all
	@O=$(abspath $(O)) tests/kernels/check.sh $(KERNELS)

deps-kernels:
	@tests/deps.sh $(DEPS_KERNELS)

deps:
	@tests/deps.sh $(DEPS_BUILD) $(DEPS_CHECK) $(DEPS_LINT)

help:
	@echo 'make [all]      the programs and manuals, into $(O)'
	@echo 'make deps       install the Debian packages that are missing'
	@echo 'make demo       play the ways to end a connection'
	@echo 'make transcripts  record the goldens; see .github/CONTRIBUTING.md'
	@echo 'make pictures   an SVG of each experiment, into $(O)/pictures'
	@echo 'make book       a page of each experiment to step through, and an index,'
	@echo '                into $(O)/book; check-book looks at it by a browser,'
	@echo '                which deps-book installs'
	@echo 'make bench      what it costs beside others; a run of all goes into'
	@echo '                tests/bench/README.md; BENCH= chooses: safe echo file cycles'
	@echo '                thinking fin start lab orders watch; deps-bench installs the peers'
	@echo 'make soak       random sessions and faults, SOAK_SECONDS (300); 300 or'
	@echo '                more go into tests/soak/README.md'
	@echo 'make check      all tests; SANITIZE=address,undefined is a variant'
	@echo 'make check-valgrind  the tests of the two programs, by valgrind'
	@echo 'make check-real tests with real servers and proxies; deps-audit'
	@echo '                installs them, audited writes the README table'
	@echo 'make mutate     break the rules one by one, in a copy, and see that a'
	@echo '                test fails; MUTANTS= chooses by a regular expression'
	@echo 'make check-kernels  all experiments on another kernel, as a program;'
	@echo '                what agrees is confirmed at the goldens'"'"' feet;'
	@echo '                deps-kernels installs it'
	@echo 'make orders     count the orders of close() and shutdown(), into the README'
	@echo 'make fuzz       look for inputs that break a parser, FUZZ_SECONDS'
	@echo '                (60) each; corpus keeps what is new, deps-fuzz'
	@echo '                installs what it needs'
	@echo 'make lint       who includes whom, compiler warnings, format, shell'
	@echo '                scripts, manuals'
	@echo 'make analyze    -fanalyzer, cppcheck, clang-tidy; see .clang-tidy'
	@echo 'make format     clang-format on every source'
	@echo 'make install    into DESTDIR and PREFIX ($(PREFIX)); uninstall'
	@echo 'make deb        a Debian package of what is installed, into $(O)'
	@echo 'make clean      remove build/'
