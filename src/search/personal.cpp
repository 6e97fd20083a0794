#include "search/personal.hpp"

#include "bridge/query.hpp"
#include "ranking/requests.hpp"
#include "search/names.hpp"
#include "settings.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

const char* without_spaces(char* words) {
    char* end = std::remove(words, words + strlen(words), ' ');
    *end = '\0';
    return words;
}

bool is_called(HeapTuple row, TupleDesc columns, const char* wanted) {
    for (int column = 2; column <= 3; column++) {
        bool is_null;
        const Datum value = heap_getattr(row, column, columns, &is_null);
        if (is_null) {
            continue;
        }
        const text* name = DatumGetTextPP(value);
        const int length = std::min(static_cast<int>(VARSIZE_ANY_EXHDR(name)), kMostQueryCharacters);
        if (strcmp(without_spaces(plain_words(VARDATA_ANY(name), pg_mbcliplen(VARDATA_ANY(name), static_cast<int>(VARSIZE_ANY_EXHDR(name)), length))), wanted) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

void Personal::open(const bridge::ShopTables& shop, text* user) {
    weight_ = 0;
    const double most = settings::search_settings().personal_weight;
    if (user == nullptr || most == 0) {
        return;
    }
    const bridge::EventTypes types = bridge::read_event_types(shop.event_types);
    const ranking::StreamRequest request = ranking::user_request(shop, types, user, GetCurrentStatementStartTimestamp());
    ranking::NeighborReader reader;
    if (request.history.count == 0 || !reader.open_scored(request.generation, request.reading.scored_neighbors)) {
        return;
    }
    candidates_ = ranking::score_history(request.history, reader);
    reader.close();
    candidates_.start_popping();
    const core::Candidate* best = candidates_.pop();
    weight_ = best == nullptr ? 0 : most / best->score;
}

float Personal::factor(int64 product_id) const {
    const core::Candidate* candidate = reasons(product_id);
    return candidate == nullptr ? 1 : static_cast<float>(1 + weight_ * candidate->score);
}

const core::Candidate* Personal::reasons(int64 product_id) const {
    const core::Candidate* candidate = is_somebody() ? candidates_.find(product_id) : nullptr;
    return candidate != nullptr && candidate->score > 0 ? candidate : nullptr;
}

bool names_product(Matches& matches, const bridge::ShopTables& shop, text* query) {
    Match best[2];
    Datum ids[2];
    int count = 0;
    while (count < 2 && matches.next(&best[count])) {
        ids[count] = Int64GetDatum(best[count].product_id);
        count++;
    }
    matches.rewind();
    const int length = pg_mbcharcliplen(VARDATA_ANY(query), static_cast<int>(VARSIZE_ANY_EXHDR(query)), kMostQueryCharacters);
    const char* wanted = without_spaces(plain_words(VARDATA_ANY(query), length));
    if (count == 0 || *wanted == '\0') {
        return false;
    }
    bridge::Parameters parameters;
    parameters.add(INT8ARRAYOID, PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
    bridge::connect();
    bridge::execute_reading(psprintf("SELECT p.product_id, p.name, p.sku FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) ANY ($1) AND p.is_active",
                                     bridge::qualified_name(shop.products)), parameters);
    bool best_is_called = false;
    bool second_is_called = false;
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null;
        const bool is_best = DatumGetInt64(heap_getattr(SPI_tuptable->vals[i], 1, SPI_tuptable->tupdesc, &is_null)) == best[0].product_id;
        (is_best ? best_is_called : second_is_called) = is_called(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, wanted);
    }
    bridge::finish();
    return best_is_called && !second_is_called;
}

}  // namespace shopsmart::search
