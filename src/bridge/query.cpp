#include "bridge/query.hpp"

namespace shopsmart::bridge {

namespace {

struct SavedPlan {
    uint64 hash;
    char* sql;
    SPIPlanPtr plan;
};

// Enough for every combination of filter keys that a shop uses. A plan is never freed, since an outer call may be
// running it; beyond this number plans live as long as one call.
constexpr int kMostPlans = 256;
SavedPlan plans[kMostPlans];
int plan_count = 0;

}  // namespace

void connect() {
    if (SPI_connect() != SPI_OK_CONNECT) {
        elog(ERROR, "SPI_connect failed");
    }
}

void finish() { SPI_finish(); }

SPIPlanPtr saved_plan(const char* sql, const Parameters& parameters) {
    const uint64 hash = DatumGetUInt64(hash_any_extended(reinterpret_cast<const unsigned char*>(sql), static_cast<int>(strlen(sql)), 0));
    for (int i = 0; i < plan_count; i++) {
        if (plans[i].hash == hash && strcmp(plans[i].sql, sql) == 0) {
            return plans[i].plan;
        }
    }
    SPIPlanPtr plan = SPI_prepare_cursor(sql, parameters.count, const_cast<Oid*>(parameters.types), CURSOR_OPT_GENERIC_PLAN);
    if (plan == nullptr) {
        elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    }
    if (plan_count < kMostPlans) {
        char* text_copy = MemoryContextStrdup(TopMemoryContext, sql);
        SPI_keepplan(plan);
        plans[plan_count++] = {hash, text_copy, plan};
    }
    return plan;
}

void execute_reading(const char* sql, const Parameters& parameters) {
    int result = SPI_execute_plan(saved_plan(sql, parameters), const_cast<Datum*>(parameters.values), nullptr, true, 0);
    if (result < 0) {
        elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
    }
}

bool scans_table(const char* sql, const Parameters& parameters) {
    connect();
    CachedPlan* cached = SPI_plan_get_cached_plan(saved_plan(sql, parameters));
    bool scans = false;
    if (cached != nullptr) {
        scans = IsA(linitial_node(PlannedStmt, cached->stmt_list)->planTree, SeqScan);
        ReleaseCachedPlan(cached, CurrentResourceOwner);
    }
    finish();
    return scans;
}

}  // namespace shopsmart::bridge
