#include "bridge/pg.hpp"

#include "settings.hpp"

extern "C" {
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void) { shopsmart::settings::define(); }
