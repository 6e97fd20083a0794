# shopsmart: recommendations inside PostgreSQL. `make help` lists the targets.
#
#   make                build the library and the install script
#   make install        install both into the server that pg_config names
#   make installcheck   pgTAP, regress, isolation and TAP tests against the installed extension and a running server
#                       (over HTTP too, when postgrest is on PATH or in POSTGREST)
#   make pgtap          of these, the pgTAP tests alone
#   make docs-check     of these, those that run the examples in the documents and compare the reference with the extension
#   make unit           C++ unit tests of src/core (CMake build in build/unit)
#   make sanitize       the same under AddressSanitizer + UBSan, then under ThreadSanitizer
#   make lint           rules for SQL scripts and sources that a compiler cannot see
#   make help           this list

EXTENSION    = shopsmart
EXTENSION_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" shopsmart.control)
MODULE_big   = shopsmart
ORDER_SOURCES = $(sort $(wildcard src/order/*.cpp))
ORDER_LIBRARY = shopsmart_order.so
SOURCES      = $(filter-out $(ORDER_SOURCES),$(sort $(wildcard src/*.cpp src/*/*.cpp)))
OBJS         = $(SOURCES:.cpp=.o)
ORDER_OBJS   = $(ORDER_SOURCES:.cpp=.o)
INSTALL_SQL  = sql/shopsmart--$(EXTENSION_VERSION).sql
DATA_built   = $(INSTALL_SQL)
SQL_PARTS    = $(addprefix sql/,$(shell grep -v '^\#' sql/manifest))

PG_CONFIG   ?= pg_config
SERVER_INCLUDE := $(shell $(PG_CONFIG) --includedir-server)
EIGEN_INCLUDE  := $(or $(shell pkg-config --variable=includedir eigen3 2>/dev/null),/usr/include)
EIGEN_INCLUDE  := $(if $(wildcard $(EIGEN_INCLUDE)/eigen3),$(EIGEN_INCLUDE)/eigen3,$(EIGEN_INCLUDE))
# Redis is optional: without hiredis its settings and functions are there and say so.
HIREDIS     := $(shell pkg-config --exists hiredis 2>/dev/null && echo hiredis)
HIREDIS_TLS := $(if $(HIREDIS),$(shell pkg-config --exists hiredis_ssl 2>/dev/null && echo hiredis_ssl))
WARNINGS     = -Wall -Wextra -Wshadow -Werror

# Our own rule for C++: core is compiled without the server's include path, so that it cannot depend on it.
CXX_COMMON   = -std=c++20 -O2 -g -fPIC -fwrapv -fno-strict-aliasing -fvisibility=hidden -ffp-contract=off \
               $(WARNINGS) -MMD -MP -Isrc -isystem $(EIGEN_INCLUDE) $(EXTRA_CXXFLAGS)

SHLIB_LINK   = -lstdc++ -lpthread $(if $(HIREDIS),$(shell pkg-config --libs $(HIREDIS_TLS) $(HIREDIS)))
EXTRA_CLEAN  = $(OBJS:.o=.d) $(ORDER_OBJS) $(ORDER_OBJS:.o=.d) $(ORDER_LIBRARY) build
override with_llvm = no

REGRESS      = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=build/regress
REGRESS_PREP = build/regress/expected build/isolation
ISOLATION    = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=build/isolation
TAP_TESTS    = 1
PROVE_TESTS  = test/tap/*.pl test/http/*.pl

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

src/core/%.o: src/core/%.cpp
	$(CXX) $(CXX_COMMON) -Wconversion -O3 -c -o $@ $<
src/redis/%.o: CXX_COMMON += $(if $(HIREDIS),-DSHOPSMART_HIREDIS $(if $(HIREDIS_TLS),-DSHOPSMART_HIREDIS_TLS) $(shell pkg-config --cflags hiredis))
src/%.o: src/%.cpp
	$(CXX) $(CXX_COMMON) -isystem $(SERVER_INCLUDE) -DSHOPSMART_VERSION='"$(EXTENSION_VERSION)"' -c -o $@ $<
-include $(OBJS:.o=.d) $(ORDER_OBJS:.o=.d)

# The access method is a library of its own that links with nothing: whoever opens a table with its index loads it.
$(ORDER_OBJS): EXTRA_CXXFLAGS += -fno-exceptions -fno-rtti
$(ORDER_LIBRARY): $(ORDER_OBJS)
	$(CC) $(CFLAGS) $(CFLAGS_SL) $(LDFLAGS) $(LDFLAGS_SL) -shared -o $@ $^
all: $(ORDER_LIBRARY)
install: install-order
uninstall: uninstall-order
.PHONY: install-order uninstall-order
install-order: $(ORDER_LIBRARY) installdirs
	$(INSTALL_SHLIB) $(ORDER_LIBRARY) '$(DESTDIR)$(pkglibdir)/$(ORDER_LIBRARY)'
uninstall-order:
	rm -f '$(DESTDIR)$(pkglibdir)/$(ORDER_LIBRARY)'

$(INSTALL_SQL): sql/manifest $(SQL_PARTS) shopsmart.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION shopsmart" to load this file. \quit'; cat $(SQL_PARTS); } > $@

# Each pgTAP file runs in a transaction of its own, in a database that has the extension and an empty shop.
PGTAP        = $(sort $(wildcard test/pgtap/*/*.sql))
PGTAP_DB     = contrib_pgtap
PSQL         = $(shell $(PG_CONFIG) --bindir)/psql

.PHONY: pgtap docs-check unit sanitize lint help
pgtap:
	$(PSQL) -X -q -d postgres -c 'DROP DATABASE IF EXISTS $(PGTAP_DB)' -c 'CREATE DATABASE $(PGTAP_DB)'
	$(PSQL) -X -q -v ON_ERROR_STOP=1 -d $(PGTAP_DB) -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION shopsmart' \
		-c 'SELECT shopsmart_setup()' -o /dev/null
	pg_prove --psql-bin $(PSQL) --dbname $(PGTAP_DB) $(PG_PROVE_FLAGS) $(PGTAP)
installcheck: $(if $(PGTAP),pgtap)
# TAP tests of jobs mostly wait, and do so beside the others, which run one after another because they measure.
installcheck: private PG_PROVE_FLAGS += -j4 --rules='seq=test/tap/{00,015,02,05,09}*.pl' --rules='par=**'
docs-check:
	$(MAKE) installcheck PGTAP= REGRESS= ISOLATION= PROVE_TESTS='test/tap/090_documents.pl test/tap/091_reference.pl'

cmake_tests = cmake -S . -B build/$(1) -DSHOPSMART_BENCH=OFF -DSHOPSMART_SANITIZE=$(2) \
              && cmake --build build/$(1) --parallel 2 && $(3) ctest --test-dir build/$(1) --parallel 2 --output-on-failure
unit:
	$(call cmake_tests,unit,,)
# ThreadSanitizer of older compilers cannot live with the address randomization of newer kernels.
sanitize:
	$(call cmake_tests,sanitize-address,address,)
	$(call cmake_tests,sanitize-thread,thread,$(shell setarch -R true 2>/dev/null && echo setarch -R))

lint:
	scripts/lint

help:
	@sed -n 's/^#   //p' Makefile

# pg_regress looks for expected files beside its output.
build/regress/expected:
	mkdir -p $(@D)
	ln -sfn ../../expected $@
build/isolation:
	mkdir -p $@
