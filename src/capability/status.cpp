// What only the library knows of itself: its version, and the processes that run jobs.
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "worker/slots.hpp"

namespace shopsmart::capability {

SHOPSMART_FUNCTION(shopsmart_library_state) {
    const worker::Processes processes = worker::processes(MyDatabaseId);
    const Datum values[] = {CStringGetTextDatum(SHOPSMART_VERSION), BoolGetDatum(processes.is_preloaded), Int32GetDatum(processes.launcher),
                            Int32GetDatum(processes.worker)};
    const bool nulls[] = {false, false, processes.launcher == 0, processes.worker == 0};
    return bridge::composite_result(fcinfo, values, nulls);
}

}  // namespace shopsmart::capability
