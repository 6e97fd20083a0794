// shopsmart_search and shopsmart_did_you_mean.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "search/correction.hpp"
#include "search/eligible_matches.hpp"
#include "search/page.hpp"
#include "search/sorted_matches.hpp"

using namespace shopsmart;

namespace {

struct Shop {
    bridge::ShopTables tables;
    ranking::ProductPredicate predicate;
};

int best_first(const search::Index& index, const search::Terms& terms, const Shop& shop, const search::PageEnd* after, int k, search::SortedMatch* rows) {
    search::Matches matches;
    matches.open(index, terms);
    if (after != nullptr) {
        matches.continue_after(after->key == nullptr ? 0 : strtof(after->key, nullptr), after->product_id);
    }
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = search::take_eligible(matches, shop.tables, shop.predicate, k, best);
    matches.close();
    for (int i = 0; i < count; i++) {
        rows[i] = {best[i].product_id, best[i].score, nullptr};
    }
    return count;
}

// Products that hold all words; when no such one may be shown, those that hold any. Says which in any_word.
int by_column(const search::Index& index, const search::Terms& terms, const Shop& shop, search::Sort sort, const search::PageEnd* after, int k,
              search::SortedMatch* rows, bool* any_word) {
    int count = 0;
    for (*any_word = after != nullptr && after->any_word;; *any_word = true) {
        search::Matches matches;
        matches.open(index, terms, *any_word ? search::Matches::Holding::any_word : search::Matches::Holding::all_words);
        count = search::take_sorted(matches, shop.tables, shop.predicate, sort, after, k, rows);
        matches.close();
        if (count > 0 || after != nullptr || *any_word) {
            return count;
        }
    }
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_search) {
    bridge::require_not_null(fcinfo, 0, "query");
    const int k = bridge::required_k(fcinfo, 1);
    const search::Question question{PG_GETARG_TEXT_PP(0), PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2), PG_ARGISNULL(3) || PG_GETARG_BOOL(3),
                                    search::parse_sort(PG_ARGISNULL(4) ? nullptr : PG_GETARG_TEXT_PP(4))};
    bridge::ResultRows result(fcinfo);

    Shop shop{bridge::shop_tables(), {}};
    shop.predicate = ranking::compile_filter(shop.tables, question.filter, false, 0);
    const bool goes_on = !PG_ARGISNULL(5);
    const search::PageEnd after = goes_on ? search::parse_cursor(question, PG_GETARG_TEXT_PP(5)) : search::PageEnd{};
    const search::Index index = search::current_index();
    const search::Correction correction = question.may_correct ? search::correct(index, question.query) : search::Correction{question.query, false, search::Answered::words};
    const search::Terms terms = search::query_terms(index.configuration, correction.query);
    auto* rows = static_cast<search::SortedMatch*>(palloc(sizeof(search::SortedMatch) * k));
    bool any_word = true;
    const int count = question.sort == search::Sort::relevance
                          ? best_first(index, terms, shop, goes_on ? &after : nullptr, k, rows)
                          : by_column(index, terms, shop, question.sort, goes_on ? &after : nullptr, k, rows, &any_word);

    const Datum answered_by = PointerGetDatum(cstring_to_text(search::answered_name(correction.answered)));
    const bool nulls[5] = {};
    for (int i = 0; i < count; i++) {
        const search::SortedMatch& row = rows[i];
        const search::PageEnd end{after.rank + i + 1, any_word, row.product_id, question.sort == search::Sort::relevance ? psprintf("%.9g", row.score) : row.key};
        const Datum values[] = {Int32GetDatum(end.rank), Int64GetDatum(row.product_id), Float8GetDatum(row.score), answered_by,
                                PointerGetDatum(search::make_cursor(question, end))};
        result.add(values, nulls);
    }
    return Datum{0};
}

SHOPSMART_FUNCTION(shopsmart_did_you_mean) {
    const search::Correction correction = search::correct(search::current_index(), PG_GETARG_TEXT_PP(0));
    if (!correction.changed) {
        fcinfo->isnull = true;
        return Datum{0};
    }
    return PointerGetDatum(correction.query);
}
