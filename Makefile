# The only build file. `make`, `make run`, `make test`, `make bench`, `make fuzz`.
MODE     ?= release
# make has a CC of its own, so ?= would not do.
ifeq ($(origin CC),default)
CC       := gcc
endif
CFLAGS   ?= -O2 -g
PREFIX   ?= /usr/local
OUT      := $(if $(filter release,$(MODE)),build,build/$(MODE))
OBJ      := build/$(MODE)/obj
LIB      := $(OUT)/libfigsandbox.so
TOOL     := $(OUT)/figsandbox
ARCH     := $(shell uname -m)

CONFIG   := $(wildcard config/*.c)
PRELOAD  := $(wildcard preload/*.c preload/kernel/*.c preload/arch/$(ARCH)/*.c preload/arch/$(ARCH)/*.S)
TOOLS    := $(wildcard tools/figsandbox/*.c)
UNITS    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes $(WERROR)
probe     = $(shell echo 'int x;' | $(CC) $(1) -Werror -c -x c -o /dev/null - 2>/dev/null && echo $(1))
HARDEN   := -fstack-protector-strong -fno-strict-aliasing -fno-delete-null-pointer-checks \
            $(foreach f,-fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero,$(call probe,$(f)))
CFLAGS.release :=
CFLAGS.asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS.cov  := --coverage
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) $(HARDEN) $(CFLAGS) $(CFLAGS.$(MODE)) -MMD -MP
# Small variables are kept together, apart from large pools: fewer pages are touched.
# libc's headers must neither rename nor inline what we define.
PRELOAD_CFLAGS := -fPIC -fvisibility=hidden -fno-builtin -fno-plt -fdata-sections -ftls-model=initial-exec -U_FORTIFY_SOURCE
objects   = $(patsubst %,$(OBJ)/%.o,$(basename $(1)))
say       = $(if $(V),,@printf '  %-4s %s\n' '$(1)' '$(if $(2),$(2),$@)';)

all: $(LIB) $(TOOL)

$(LIB): $(call objects,$(CONFIG) $(PRELOAD)) $(OBJ)/exports.map
	$(call say,LD)$(CC) -shared $(CFLAGS) $(CFLAGS.$(MODE)) $(LDFLAGS) -Wl,-Bsymbolic-functions,--sort-section=alignment,-z,defs,-z,now,-z,relro,-z,noexecstack,-z,nodelete,-z,initfirst \
		-Wl,--version-script=$(OBJ)/exports.map -o $@ $(filter %.o,$^) -ldl -pthread

$(TOOL): $(call objects,$(CONFIG) $(TOOLS))
	$(call say,LD)$(CC) $(CFLAGS) $(CFLAGS.$(MODE)) $(LDFLAGS) -Wl,-z,now,-z,relro -o $@ $^

$(OBJ)/exports.map: preload/exports.map.in preload/calls.def
	$(call say,GEN)mkdir -p $(@D) && $(CC) -I. -E -P -x c $< -o $@

$(OBJ)/%.o: %.c Makefile
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(PRELOAD_CFLAGS) -c $< -o $@

$(OBJ)/%.o: %.S Makefile
	$(call say,AS,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -c $< -o $@

$(OBJ)/unit/%: $(OBJ)/tests/unit/%.o $(call objects,$(CONFIG))
	$(call say,LD)mkdir -p $(@D) && $(CC) $(CFLAGS) $(CFLAGS.$(MODE)) -o $@ $^ -lcmocka

$(OBJ)/toml_corpus: $(OBJ)/tests/toml_corpus.o $(call objects,$(CONFIG))
	$(call say,LD)$(CC) $(CFLAGS) -o $@ $^

build/fuzz/%: tests/fuzz/%.c $(CONFIG) $(PRELOAD) $(wildcard config/*.h preload/*.h)
	$(call say,FUZZ)mkdir -p $(@D) && clang -std=gnu11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -o $@ $< $(CONFIG)

.PHONY: all deps run test test-unit test-e2e test-hosts test-cpython lint bench fuzz format install uninstall clean
deps:
	@tools/deps.sh
# Built by another make: this one asked the compiler for its flags before deps, and -j would not wait.
run: deps
	@$(MAKE) --no-print-directory all
	@examples/run.sh
test: deps
	@$(MAKE) --no-print-directory all
	@+tests/run.sh unit lint e2e hosts
test-unit test-e2e test-hosts: test-%: all
	@tests/run.sh $*
test-cpython: all
	@tests/hosts/cpython.sh
lint: all
	@tests/run.sh lint
bench: all
	@tests/bench/run.sh
fuzz: $(FUZZERS:%=build/fuzz/%)
	@tests/fuzz/run.sh $(FUZZERS)
format:
	clang-format -i $$(git ls-files '*.c' '*.h')
install: all
	install -D -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/figsandbox/libfigsandbox.so
	install -D -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/figsandbox
	install -D -m 644 preload/figsandbox.h $(DESTDIR)$(PREFIX)/include/figsandbox.h
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/lib/figsandbox/libfigsandbox.so $(DESTDIR)$(PREFIX)/bin/figsandbox $(DESTDIR)$(PREFIX)/include/figsandbox.h
clean:
	rm -rf build

units: $(UNITS:%=$(OBJ)/unit/%)

.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
