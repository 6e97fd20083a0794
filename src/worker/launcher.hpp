// The background workers that run jobs. See README.md.
#pragma once

namespace shopsmart::worker {

// Registers the launcher and its shared memory; to call from _PG_init while the library is preloaded.
void register_launcher();

}  // namespace shopsmart::worker
