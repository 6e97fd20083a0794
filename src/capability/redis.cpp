// shopsmart_ping_redis, shopsmart_unpublish_user and shopsmart.redis_state.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "redis/client.hpp"
#include "redis/outbox.hpp"
#include "redis/server_state.hpp"
#include "settings.hpp"

#include <utility>

using namespace shopsmart;

namespace {

void require_redis() {
    if (redis::library_version() == nullptr) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("shopsmart was built without Redis"),
                        errhint("Install hiredis with its headers, and build shopsmart again.")));
    }
    if (!redis::is_configured()) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no Redis is configured"),
                        errhint("Set shopsmart.redis_url, and reload.")));
    }
}

const char* state_name(const redis::ServerState& state) {
    if (!redis::is_configured()) {
        return "off";
    }
    return state.breaker.state() == core::CircuitBreaker::State::open ? "open" : "closed";
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_redis_state) {
    const redis::ServerState state = redis::read_state();
    char server[256];
    core::describe_redis_url(settings::redis_url(), server, sizeof server);
    const char* library = redis::library_version();
    const Datum values[] = {
        library == nullptr ? Datum{0} : CStringGetTextDatum(psprintf("hiredis %s", library)),
        CStringGetTextDatum(server),
        CStringGetTextDatum(state_name(state)),
        BoolGetDatum(redis::state_is_shared()),
        Int32GetDatum(state.breaker.failures()),
        TimestampTzGetDatum(state.last_failure),
        CStringGetTextDatum(state.last_fault),
        Int64GetDatum(state.counts.exchanges),
        Int64GetDatum(state.counts.failures),
        Int64GetDatum(state.counts.published),
        Int64GetDatum(state.counts.refused),
        Int64GetDatum(state.counts.unpublished),
        Int64GetDatum(state.counts.dropped)};
    const bool never_failed = state.last_failure == 0;
    const bool nulls[] = {library == nullptr, server[0] == '\0', false, false, false, never_failed, never_failed, false, false, false, false, false, false};
    return bridge::composite_result(fcinfo, values, nulls);
}

SHOPSMART_FUNCTION(shopsmart_ping_redis) {
    require_redis();
    struct {
        bool is_asked = false;
        bool is_answered = false;
    } ping;
    using Ping = decltype(ping);
    const auto make = [](void* context, redis::Command& command) {
        command = {1, {{"PING", 4}}};
        return !std::exchange(static_cast<Ping*>(context)->is_asked, true);
    };
    const auto take = [](void* context, const redis::Reply& reply) {
        static_cast<Ping*>(context)->is_answered = reply.kind == redis::Reply::Kind::text && reply.length == 4 && memcmp(reply.text, "PONG", 4) == 0;
    };
    instr_time begin;
    INSTR_TIME_SET_CURRENT(begin);
    const bool replied = redis::exchange(make, take, &ping, redis::Admission::always);
    instr_time spent;
    INSTR_TIME_SET_CURRENT(spent);
    INSTR_TIME_SUBTRACT(spent, begin);

    const bool answered = replied && ping.is_answered;
    const redis::ServerState state = redis::read_state();
    const char* fault = replied ? "not an answer to PING" : state.last_fault;
    const Datum values[] = {BoolGetDatum(answered), Float8GetDatum(INSTR_TIME_GET_MILLISEC(spent)), CStringGetTextDatum(fault)};
    const bool nulls[] = {false, false, answered};
    return bridge::composite_result(fcinfo, values, nulls);
}

SHOPSMART_FUNCTION(shopsmart_unpublish_user) {
    text* user = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    if (!redis::is_configured()) {
        PG_RETURN_BOOL(false);
    }
    PreventCommandIfReadOnly("shopsmart_unpublish_user()");
    redis::unpublish_user(user);
    PG_RETURN_BOOL(true);
}
