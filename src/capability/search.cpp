// shopsmart_search, shopsmart_parse_query and shopsmart_did_you_mean.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "search/eligible_matches.hpp"
#include "search/page.hpp"
#include "search/personal.hpp"
#include "search/popularity_prior.hpp"
#include "search/sorted_matches.hpp"
#include "search/understanding.hpp"

#include <algorithm>
#include <new>

using namespace shopsmart;

namespace {

struct Shop {
    bridge::ShopTables tables;
    ranking::ProductPredicate predicate;
};

// Rows of one step, with what they have in common.
struct Answer {
    search::SortedMatch* rows;
    int count;
    search::Step step;
    search::Sort sort;
    search::Answered answered;
    bool any_word;
    bool is_personal;
};

int best_first(const search::Index& index, const search::Wanted& wanted, const Shop& shop, const search::Personal& personal, bool* is_personal, const search::PageEnd* after,
               int k, search::SortedMatch* rows) {
    search::Matches matches;
    matches.open(index, wanted.terms);
    search::PopularityPrior popularity;
    popularity.open();
    const bool is_open = (personal.is_somebody() || popularity.is_on()) && !search::names_product(matches, shop.tables, wanted.words);
    *is_personal = is_open && personal.is_somebody();
    if (is_open) {
        matches.multiply([&](int64 product_id) { return personal.factor(product_id) * popularity.factor(product_id); });
    }
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

Answer answer_at(const search::Index& index, const search::Understanding& understanding, const search::Question& question, const bridge::ShopTables& tables, search::Step step,
                 const search::Personal& personal, const search::PageEnd* after, int k) {
    const search::Wanted wanted = understanding.at(step, question.filter);
    const Shop shop{tables, understanding.predicate(tables, wanted, step)};
    Answer answer{static_cast<search::SortedMatch*>(palloc(sizeof(search::SortedMatch) * k)), 0, step, !question.has_sort && wanted.has_sort ? wanted.sort : question.sort,
                  wanted.answered, true, false};
    answer.count = answer.sort == search::Sort::relevance ? best_first(index, wanted, shop, personal, &answer.is_personal, after, k, answer.rows)
                                                          : by_column(index, wanted.terms, shop, answer.sort, after, k, answer.rows, &answer.any_word);
    return answer;
}

// Nobody pages further, but a cursor may be made up.
constexpr int kMostPaged = 100000;

class Search {
public:
    Search(const search::Index& index, const search::Question& question, const bridge::ShopTables& shop, int k)
        : index_(index), question_(question), shop_(shop), k_(k) {
        understanding_.open(index, question.query, question.may_correct, question.may_understand);
        personal_.open(shop, question.user);
    }

    const search::Personal& personal() const { return personal_; }

    // The first step that leaves something to show.
    Answer first_page() {
        Answer answer{};
        for (int step = 0; step < search::kSteps && answer.count == 0; step++) {
            if (understanding_.has_step(static_cast<search::Step>(step))) {
                answer = at(static_cast<search::Step>(step), nullptr, k_);
            }
        }
        return answer;
    }

    Answer page_after(const search::PageEnd& after) {
        const auto step = static_cast<search::Step>(after.step);
        return step == search::Step::without_names ? beyond(all_before(after), &after, k_) : at(step, &after, k_);
    }

    // What stands below the last rows that have all that was understood: rows without the names fill the page, but none
    // beyond a bound, and none where an order is asked for.
    Answer below(const Answer& above, const search::PageEnd* after) {
        const bool may_fill = above.step == search::Step::all && above.sort == search::Sort::relevance && understanding_.has_step(search::Step::without_names);
        return may_fill && (above.count > 0 || after != nullptr) && above.count < k_ ? beyond(after == nullptr ? above : all_before(*after), nullptr, k_ - above.count) : Answer{};
    }

private:
    Answer at(search::Step step, const search::PageEnd* after, int k) { return answer_at(index_, understanding_, question_, shop_, step, personal_, after, k); }

    Answer all_before(const search::PageEnd& after) {
        return understanding_.has_step(search::Step::all) ? at(search::Step::all, nullptr, std::min(after.rank, kMostPaged) + k_) : Answer{};
    }

    // Rows without the names, but those given.
    Answer beyond(const Answer& given, const search::PageEnd* after, int k) {
        auto* ids = static_cast<int64*>(palloc(sizeof(int64) * (given.count + 1)));
        int64* ids_end = std::transform(given.rows, given.rows + given.count, ids, [](const search::SortedMatch& row) { return row.product_id; });
        std::sort(ids, ids_end);
        Answer answer = at(search::Step::without_names, after, k + given.count);
        const search::SortedMatch* end = std::remove_if(answer.rows, answer.rows + answer.count,
                                                        [&](const search::SortedMatch& row) { return std::binary_search(ids, ids_end, row.product_id); });
        answer.count = std::min(k, static_cast<int>(end - answer.rows));
        return answer;
    }

    search::Index index_;
    search::Question question_;
    bridge::ShopTables shop_;
    int k_;
    search::Understanding understanding_;
    search::Personal personal_;
};

void add_rows(const Answer& answer, const search::Question& question, const search::Personal& personal, int* rank, bridge::ResultRows& result) {
    const Datum answered_by = PointerGetDatum(cstring_to_text(search::answered_name(answer.answered)));
    const bool nulls[7] = {};
    for (const search::SortedMatch* row = answer.rows; row < answer.rows + answer.count; row++) {
        const search::PageEnd end{++*rank, answer.any_word, static_cast<int>(answer.step), row->product_id,
                                  answer.sort == search::Sort::relevance ? psprintf("%.9g", row->score) : row->key};
        const double from_user = answer.is_personal ? row->score - row->score / personal.factor(row->product_id) : 0;
        const Datum values[] = {Int32GetDatum(end.rank), Int64GetDatum(row->product_id), Float8GetDatum(row->score), answered_by, PointerGetDatum(search::make_cursor(question, end)),
                                Float8GetDatum(from_user), ranking::reasons_array(answer.is_personal ? personal.reasons(row->product_id) : nullptr)};
        result.add(values, nulls);
    }
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_search) {
    bridge::require_not_null(fcinfo, 0, "query");
    const int k = bridge::required_k(fcinfo, 1);
    const search::Question question{PG_GETARG_TEXT_PP(0),
                                    PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2),
                                    PG_ARGISNULL(3) || PG_GETARG_BOOL(3),
                                    PG_ARGISNULL(6) || PG_GETARG_BOOL(6),
                                    !PG_ARGISNULL(4),
                                    search::parse_sort(PG_ARGISNULL(4) ? nullptr : PG_GETARG_TEXT_PP(4)),
                                    bridge::optional_text(fcinfo, 7, "user_id", bridge::kMaxKeyLength)};
    bridge::ResultRows result(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    ranking::compile_filter(shop, question.filter, false, 0);
    const bool goes_on = !PG_ARGISNULL(5);
    const search::PageEnd after = goes_on ? search::parse_cursor(question, PG_GETARG_TEXT_PP(5)) : search::PageEnd{};
    const search::Index index = search::current_index();
    auto* search = new (palloc(sizeof(Search))) Search(index, question, shop, k);
    const Answer page = goes_on ? search->page_after(after) : search->first_page();
    int rank = after.rank;
    for (const Answer& answer : {page, search->below(page, goes_on ? &after : nullptr)}) {
        add_rows(answer, question, search->personal(), &rank, result);
    }
    return Datum{0};
}

SHOPSMART_FUNCTION(shopsmart_parse_query) {
    search::Understanding understanding;
    understanding.open(search::current_index(), PG_GETARG_TEXT_PP(0), PG_GETARG_BOOL(1), true);
    return JsonbPGetDatum(understanding.described());
}

SHOPSMART_FUNCTION(shopsmart_did_you_mean) {
    const search::Correction correction = search::correct(search::current_index(), PG_GETARG_TEXT_PP(0));
    if (!correction.changed) {
        fcinfo->isnull = true;
        return Datum{0};
    }
    return PointerGetDatum(correction.query);
}
