#include "bridge/lookback.hpp"

#include "settings.hpp"

namespace shopsmart::bridge {

namespace {

// The setting as a person would write it: whole days, then the rest.
const Interval* lookback_setting() {
    const int seconds = settings::lookback_seconds();
    Interval* lookback = static_cast<Interval*>(palloc0(sizeof(Interval)));
    lookback->day = seconds / SECS_PER_DAY;
    lookback->time = static_cast<TimeOffset>(seconds % SECS_PER_DAY) * USECS_PER_SEC;
    return lookback;
}

}  // namespace

const Interval* lookback_argument(FunctionCallInfo fcinfo, int position) {
    return PG_ARGISNULL(position) ? lookback_setting() : PG_GETARG_INTERVAL_P(position);
}

TimestampTz lookback_start(const Interval* lookback, TimestampTz as_of) {
    const double longest_month = lookback->month > 0 ? 31 : 28;
    const double days = lookback->month * longest_month + lookback->day + static_cast<double>(lookback->time) / USECS_PER_DAY;
    if (days >= static_cast<double>(as_of - MIN_TIMESTAMP) / USECS_PER_DAY) {
        return MIN_TIMESTAMP - 1;
    }
    // A look-back far into the future would leave the calendar at the other end.
    const TimestampTz start = days < 0 ? as_of
                                       : DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval, TimestampTzGetDatum(as_of),
                                                                                 IntervalPGetDatum(lookback)));
    if (start >= as_of) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("lookback must be positive"),
                        errhint("Leave it out to use shopsmart.lookback.")));
    }
    return start;
}

}  // namespace shopsmart::bridge
