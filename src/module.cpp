#include "bridge/pg.hpp"

#include "cache/shared_lists.hpp"
#include "cache/shared_places.hpp"
#include "redis/server_state.hpp"
#include "http/rate_limit.hpp"
#include "settings.hpp"
#include "worker/launcher.hpp"

extern "C" {
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void) {
    shopsmart::settings::define();
    if (process_shared_preload_libraries_in_progress && !IsBinaryUpgrade) {
        shopsmart::cache::reserve_shared_lists();
        shopsmart::cache::reserve_shared_places();
        shopsmart::http::reserve_rate_limits();
        shopsmart::worker::register_launcher();
        shopsmart::redis::reserve_shared_state();
    }
}
