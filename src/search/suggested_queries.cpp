#include "search/suggested_queries.hpp"

#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"

#include <algorithm>
#include <string_view>

namespace shopsmart::search {

namespace {

struct Suggested {
    text* query;
    int64 users;
};

}  // namespace

int find_suggested_queries(const char* plain, int most, text** found) {
    const std::string_view prefix = plain;
    if (prefix.empty() || most == 0) {
        return 0;
    }
    const bridge::SearchTables& tables = bridge::search_tables();
    bridge::require_select(tables.suggested_queries);
    auto* best = static_cast<Suggested*>(palloc(sizeof(Suggested) * (most + 1)));
    int count = 0;
    bridge::IndexCursor cursor;
    cursor.open(tables.suggested_queries, tables.suggested_queries_key, 1);
    cursor.seek_from(nullptr, PointerGetDatum(cstring_to_text(plain)));
    while (cursor.next()) {
        CHECK_FOR_INTERRUPTS();
        slot_getallattrs(cursor.slot);
        const Datum* values = cursor.slot->tts_values;
        const text* normalized = DatumGetTextPP(values[0]);
        if (!std::string_view(VARDATA_ANY(normalized), VARSIZE_ANY_EXHDR(normalized)).starts_with(prefix)) {
            break;
        }
        const int64 users = DatumGetInt64(values[2]);
        if (count == most && users <= best[count - 1].users) {
            continue;
        }
        Suggested* place = std::upper_bound(best, best + count, users, [](int64 more, const Suggested& other) { return more > other.users; });
        std::move_backward(place, best + count, best + count + 1);
        *place = {DatumGetTextPCopy(values[1]), users};
        count = std::min(count + 1, most);
    }
    cursor.close();
    for (int i = 0; i < count; i++) {
        found[i] = best[i].query;
    }
    return count;
}

}  // namespace shopsmart::search
