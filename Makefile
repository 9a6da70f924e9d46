# pushsim - build, test, measure. `make help` lists the targets.
#
# Layers, each a static library; a layer may include only those to its left:
#   sim <- models <- experiments/run <- experiments/replay <- analysis <- experiments/cli

SHELL    := /bin/bash
CC       ?= cc
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
PYTHON   ?= /usr/bin/python3

PKGS     := libfyaml jansson gsl sqlite3 libuv
# -ffp-contract=off: the same bytes from gcc and clang, debug and release
OPT      ?= -O2 -g
WARN     := -std=c17 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CPPFLAGS += -I. -D_GNU_SOURCE \
            $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   += $(OPT) $(WARN) -ffp-contract=off -fno-math-errno $(SAN)
LDFLAGS  += $(SAN)
# Quick to start: libraries whose archive is installed are linked in (libuv's has a name of its own),
# since loading ten shared ones doubles the time, and nothing is left to be relocated (no-pie).
CFLAGS   += -fno-pie
LDFLAGS  += -no-pie
archive   = $(notdir $(firstword $(filter /%,$(foreach f,$(1:-l%=lib%.a) $(1:-l%=lib%_a.a),\
              $(shell $(CC) -print-file-name=$(f))))))
archived  = $(foreach l,$(1),$(or $(and $(filter-out -lm -lpthread -ldl -lrt,$(filter -l%,$(l))),\
              $(addprefix -l:,$(call archive,$(l)))),$(l)))
SHARED   := $(LDLIBS) $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lwslay -lhttp_parser -lm -lpthread
LDLIBS   := $(call archived,$(SHARED))

LAYERS   := sim models experiments/run experiments/replay analysis
lib       = $(BUILD)/lib$(notdir $(1)).a
LIBS     := $(foreach l,$(LAYERS),$(call lib,$(l)))
# later layers first: a static library is searched for what stands before it
LINK     := -Wl,--start-group $(LIBS) -Wl,--end-group

TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c \
              tests/integration/test_*.c tests/validation/test_*.c))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/bench_*.c)) \
            $(if $(shell pkg-config --exists ns3-core && echo yes),$(BUILD)/tests/bench/bench_ns3)
SLOW     := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/slow/test_*.c))
UNITS    := $(filter $(BUILD)/tests/unit/%,$(TESTS))
WHOLE    := $(filter-out $(UNITS),$(TESTS))
SERVERS  := $(patsubst tests/servers/%.c,$(BUILD)/tests/servers/%,$(wildcard tests/servers/*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all help deps servers notebooks notebooks-html tests units check asan ubsan sanitized lint bench bench-json demo install clean
.SECONDARY:

all: $(BUILD)/pushsim

# Shared objects of the tests' own (helpers), linked into every test.
TESTLIB  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))

define layer_rule
$(call lib,$(1)): $$(patsubst %.c,$$(BUILD)/%.o,$$(wildcard $(1)/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/pushsim: $(patsubst %.c,$(BUILD)/%.o,$(wildcard experiments/cli/*.c)) $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(LDLIBS)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(TESTLIB) $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(LDLIBS)

# the yardstick, where ns-3 is installed
$(BUILD)/tests/bench/bench_ns3: tests/bench/bench_ns3.cc $(BUILD)/tests/support/bench.o \
  $(BUILD)/tests/support/bench_pace.o $(BUILD)/experiments/replay/host_pace.o \
  $(BUILD)/experiments/replay/host_pace_best.o $(BUILD)/experiments/replay/host_pace_loop.o \
  $(BUILD)/experiments/replay/host_pace_spells.o \
  $(BUILD)/experiments/replay/memory_walk.o \
  $(BUILD)/sim/error.o
	@mkdir -p $(@D)
	$(CXX) -O2 -I. -Wall -Wextra -Werror -fno-pie $(LDFLAGS) -o $@ $^ $(shell pkg-config --cflags --libs ns3-core)

# programs that tests talk to
$(BUILD)/tests/servers/%: $(BUILD)/tests/servers/%.o $(TESTLIB) $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(LDLIBS)

# a hundred programs: with shared libraries they are half as large and linked sooner
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TESTLIB) $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(SHARED) -lcmocka

# Generated sources: SQL as a C string; the commit, rewritten only when it changes.
CPPFLAGS += -I$(BUILD)
VERSION  := 0.1.0
COMMIT   := $(shell git describe --always --dirty --exclude '*' 2>/dev/null)
version   = \#define PUSHSIM_VERSION "$(VERSION)$(if $(COMMIT),+$(COMMIT))"

$(BUILD)/%.sql.inc: %.sql
	@mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< > $@

.PHONY: force
$(BUILD)/version.inc: force
	@mkdir -p $(@D)
	@echo '$(version)' | cmp -s - $@ || echo '$(version)' > $@

$(BUILD)/experiments/run/version.o: $(BUILD)/version.inc
$(patsubst %.c,$(BUILD)/%.o,$(wildcard experiments/run/store*.c)): \
  $(patsubst %.sql,$(BUILD)/%.sql.inc,$(wildcard experiments/run/*.sql))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# --- what a person calls ---------------------------------------------------------------------

help:
	@echo "demo       install what is missing, run the shipped experiment on both arms, compare"
	@echo "check      install what is missing, build, run the tests"
	@echo "check-slow fits of made servers, all claims, units as released, short real calibrations (8 minutes)"
	@echo "all        build $(BUILD)/pushsim"
	@echo "asan ubsan the tests under a sanitizer; tsan: the threads;  fuzz  the parsers (FUZZ_S=60);  lint  style, layers, static checks"
	@echo "bench      public benchmark programs into build/bench.json"
	@echo "validate   the simulator against the real servers on held-out cells (15 minutes a stack)"
	@echo "validate-cpu  the CPU model against this kernel, a verdict a line"
	@echo "claims     run the experiments of the claims, print the verdicts; claims-real measures"
	@echo "notebooks  execute the notebooks into $(BUILD)/notebooks/*.html (of PUSHSIM_DB=FILE);  install  (DESTDIR, PREFIX);  clean"

# The libraries may only just be installed, and the flags above ask pkg-config at start: so the
# targets that do their own set-up build in a make of their own.
deps:
	@tools/install_deps.sh build server

# the reference servers beside FastAPI: nginx + nchan, Node + ws
servers:
	@tools/install_deps.sh servers
	@npm ci --silent --no-audit --no-fund --prefix experiments/replay/servers/node

demo: deps
	@$(MAKE) --no-print-directory -s -j2 all
	@tools/demo.sh

# The program is tested as it is released, its units under the sanitizers (check-slow: as released, too).
check: deps
	@$(MAKE) --no-print-directory -s -j2 all $(WHOLE) $(SERVERS)
	@$(MAKE) --no-print-directory -s -j2 SAN="$(SANITIZE)" OPT="-O1 -g1" BUILD=build/san units
	@tools/run_tests.sh $(WHOLE) $(SCRIPTS) $(patsubst $(BUILD)/%,build/san/%,$(UNITS))

# Notebooks read what the demo left in this folder, else the sim arm beside the shipped measured
# rows; or say PUSHSIM_DB=FILE.
# A database is given by name, so its time says nothing: the pages are of the one that was asked for last.
PUSHSIM_DB ?= $(or $(wildcard sse-vs-websocket.db),$(BUILD)/notebooks/sse-vs-websocket.db)

notebooks:
	@tools/install_deps.sh build notebooks
	@$(MAKE) --no-print-directory -s notebooks-html
NOTEBOOKS := $(patsubst notebooks/%.ipynb,$(BUILD)/notebooks/%.html,$(wildcard notebooks/*.ipynb))
notebooks-html: $(NOTEBOOKS)
	@echo "of $(PUSHSIM_DB): $(NOTEBOOKS)"

# rewritten only when another database is named
$(BUILD)/notebooks/database: force
	@mkdir -p $(@D)
	@echo '$(abspath $(PUSHSIM_DB))' | cmp -s - $@ || echo '$(abspath $(PUSHSIM_DB))' >$@

$(BUILD)/notebooks/sse-vs-websocket.db: experiments/sse-vs-websocket.yaml $(BUILD)/pushsim
	@mkdir -p $(@D)
	@rm -f $@ $@.real
	$(BUILD)/pushsim run $< --db $@ --quiet || [ $$? = 99 ] # its slo is there to be broken
	sqlite3 $@.real <data/measured/sse-vs-websocket.sql
	$(BUILD)/pushsim merge $@ $@.real

ifneq ($(PUSHSIM_DB),$(BUILD)/notebooks/sse-vs-websocket.db)
$(PUSHSIM_DB):
	@echo "PUSHSIM_DB=$@: no such file"; exit 1
endif

# the kernel of Debian's own Python, whatever a user has installed beside it
$(BUILD)/notebooks/%.html: notebooks/%.ipynb $(BUILD)/notebooks/database $(PUSHSIM_DB)
	@mkdir -p $(@D)
	PUSHSIM_DB=$(abspath $(PUSHSIM_DB)) JUPYTER_PREFER_ENV_PATH=1 PYDEVD_DISABLE_FILE_VALIDATION=1 \
	  $(PYTHON) -m nbconvert --log-level=WARN --to html --execute --output-dir $(@D) $<

$(BUILD)/notebooks/02-claims.html: experiments/claims/verdicts.md

# The table of verdicts: every claim's experiment in the simulator (a minute or two), beside what the
# real arm's rows say (ROWS=FILE, .sql or .db; default: those in data/measured/). With PROFILE=FILE
# another profile is tried, and the page goes to $(BUILD)/claims/.
.PHONY: claims claims-real
claims: $(BUILD)/pushsim
	@PROFILE=$(PROFILE) ROWS=$(ROWS) tools/run_claims.sh $(BUILD)/pushsim $(BUILD)/claims \
	  $(if $(PROFILE),$(BUILD)/claims,experiments/claims)/verdicts.md

# The claims that fit one machine, on the real server: about a minute a claim and repeat, alone on the
# machine. PARTS picks: make claims-real PARTS='o1 s2'
PARTS    ?= o1 s2 o3 m1 m2 m3 s1 o2 o4 d2 r1
claims-real: deps
	@$(MAKE) --no-print-directory -s -j2 all
	@mkdir -p $(BUILD)/claims
	@for part in $(PARTS); do \
	  $(BUILD)/pushsim replay experiments/claims/real/real-$$part.yaml --db $(BUILD)/claims/real.db || exit; \
	done

# no use in timing under sanitizers
tests: $(TESTS) $(SLOW) $(SERVERS) $(if $(SAN),,$(BENCHES) $(FUZZERS))
units: $(UNITS)

# Scripts find the program under test in PUSHSIM.
SCRIPTS  := tests/cli/run_all.sh $(wildcard tests/integration/*.sh tests/integration/*.py)
export PUSHSIM := $(abspath $(BUILD)/pushsim)

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

asan: deps
	@$(MAKE) --no-print-directory -s -j2 SAN="-fsanitize=address" BUILD=build/asan sanitized
ubsan: deps
	@$(MAKE) --no-print-directory -s -j2 SAN="-fsanitize=undefined -fno-sanitize-recover=all" \
	  BUILD=build/ubsan sanitized
sanitized: all tests
	@tools/run_tests.sh $(TESTS) $(SCRIPTS)

# What runs on several threads, under ThreadSanitizer, which not every kernel's way to scatter
# addresses leaves room for: so they are not scattered where that may be said.
.PHONY: tsan threads fuzz fuzzers
tsan: deps
	@$(MAKE) --no-print-directory -s -j2 SAN="-fsanitize=thread" OPT="-O1 -g1" BUILD=build/tsan threads
threads: $(addprefix $(BUILD)/tests/unit/test_,host_pace interrupt parallel runner)
	@$$(setarch -R true 2>/dev/null && echo setarch -R) tools/run_tests.sh $^

# clang's libFuzzer, for FUZZ_S seconds on each entry in tests/fuzz; what it finds is left in
# build/fuzz/*.corpus, and what breaks one is named there.
FUZZ_S   ?= 60
fuzz: deps
	@tools/install_deps.sh lint
	@$(MAKE) --no-print-directory -s -j2 CC=clang SAN="-fsanitize=fuzzer-no-link,address,undefined" \
	  OPT="-O1 -g1" BUILD=build/fuzz fuzzers
fuzzers: $(FUZZERS:$(BUILD)/tests/fuzz/%=$(BUILD)/%)
	@for entry in $^; do mkdir -p $$entry.corpus; \
	  $$entry -max_total_time=$(FUZZ_S) -timeout=20 -print_final_stats=1 -artifact_prefix=$$entry.corpus/ \
	    $$entry.corpus tests/cli/bad experiments tests/servers data/traces || exit; \
	done
$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(LIBS)
	$(CC) $(CPPFLAGS) $(CFLAGS) -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LINK) $(SHARED)

SOURCES  := $(wildcard $(addsuffix /*.[ch],$(LAYERS) experiments/cli tests/*))

lint:
	@tools/install_deps.sh build lint
	clang-format --dry-run -Werror $(SOURCES)
	$(PYTHON) tools/check_layers.py
	cppcheck --quiet --std=c11 --library=bsd --error-exitcode=1 --inline-suppr -I. \
	  --enable=warning,portability --suppress=missingIncludeSystem --suppress=internalAstError:experiments/run/store.c --suppress=internalAstError:experiments/run/store_views.c $(addprefix ./,$(LAYERS)) \
	  experiments/cli

# The simulator against each real server, on cells that its profile was not fitted to: about 12
# minutes a stack on a quiet machine. Where no cgroup can be made, or with ROWS=shipped, the rows in
# data/measured/ are judged. STACKS picks: make validate STACKS=nginx
STACKS   ?= $(patsubst experiments/validate-%.yaml,%,$(wildcard experiments/validate-*.yaml))
.PHONY: validate
validate: deps
	@$(if $(filter shipped,$(ROWS)),,$(MAKE) --no-print-directory -s servers)
	@$(MAKE) --no-print-directory -s -j2 all
	@ROWS=$(ROWS) OUT=$(BUILD)/validate tools/validate.sh $(STACKS)

# What takes minutes of its own: fits of made servers; the verdicts of all claims; a million clients;
# units as they are released; a short real calibration of FastAPI and of a server that is not shipped,
# with nothing beside it.
.PHONY: check-slow claims-check calibrate-quick
check-slow: claims-check
	@$(MAKE) --no-print-directory -s calibrate-quick
claims-check: deps
	@$(MAKE) --no-print-directory -s -j2 all tests
	@tools/run_tests.sh $(SLOW) tests/slow/claims.sh tests/slow/fleet_million.sh $(UNITS)
calibrate-quick: deps
	@$(MAKE) --no-print-directory -s -j2 all tests
	@tests/slow/calibrate_quick.sh || [ $$? = 77 ] # skipped: it says why

# The CPU model against this kernel (about 25 minutes on a quiet machine, needs to make a cgroup);
# CELLS picks a part: make validate-cpu CELLS='20/100-*'
CELLS    ?= *
.PHONY: validate-cpu
validate-cpu: deps
	@$(MAKE) --no-print-directory -s -j2 all
	@$(BUILD)/pushsim cpu --matrix='$(CELLS)' --output $(BUILD)/validate-cpu.csv

bench: deps
	@$(MAKE) --no-print-directory -s all bench-json
bench-json: $(BENCHES)
	tests/bench/run_benches.py $(BUILD)/bench.json $(BENCHES) $(wildcard tests/bench/bench_*.py)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/pushsim
	install -m 755 $(BUILD)/pushsim $(DESTDIR)$(PREFIX)/bin/pushsim
	install -d $(DESTDIR)$(PREFIX)/share/pushsim/experiments/replay
	cp -R --no-preserve=ownership data $(DESTDIR)$(PREFIX)/share/pushsim/
	cp -R --no-preserve=ownership experiments/README.md experiments/*.yaml experiments/field experiments/real experiments/claims \
	  $(DESTDIR)$(PREFIX)/share/pushsim/experiments/
	cp -R --no-preserve=ownership experiments/replay/servers \
	  $(DESTDIR)$(PREFIX)/share/pushsim/experiments/replay/

clean:
	rm -rf $(BUILD) build
