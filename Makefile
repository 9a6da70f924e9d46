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
CPPFLAGS += -I. -D_GNU_SOURCE -DPUSHSIM_DATADIR='"$(PREFIX)/share/pushsim"' \
            $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS   += $(OPT) $(WARN) -ffp-contract=off -fno-math-errno $(SAN)
LDFLAGS  += $(SAN)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv -lwslay -lhttp_parser -lm -lpthread

LAYERS   := sim models experiments/run experiments/replay analysis
lib       = $(BUILD)/lib$(notdir $(1)).a
LIBS     := $(foreach l,$(LAYERS),$(call lib,$(l)))
# later layers first: a static library is searched for what stands before it
LINK     := -Wl,--start-group $(LIBS) -Wl,--end-group

TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c \
              tests/integration/test_*.c tests/validation/test_*.c))
SLOW     := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/slow/test_*.c))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/bench_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all help deps test check asan ubsan lint bench demo install clean
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

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TESTLIB) $(LIBS)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(LDLIBS) -lcmocka

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf $(BUILD)
