// What long calls of any session are doing right now.
#include "bridge/boundary.hpp"
#include "bridge/job.hpp"
#include "bridge/result_rows.hpp"

namespace shopsmart::capability {

SHOPSMART_FUNCTION(shopsmart_progress) {
    bridge::ResultRows rows(fcinfo);
    bridge::RunningJob* jobs;
    const int count = bridge::running_jobs(&jobs);
    for (int i = 0; i < count; i++) {
        const Datum values[] = {Int32GetDatum(jobs[i].pid), CStringGetTextDatum(jobs[i].task), CStringGetTextDatum(jobs[i].phase),
                                Int64GetDatum(jobs[i].done), Int64GetDatum(jobs[i].total), TimestampTzGetDatum(jobs[i].started_at)};
        const bool nulls[lengthof(values)] = {};
        rows.add(values, nulls);
    }
    return Datum{0};
}

}  // namespace shopsmart::capability
