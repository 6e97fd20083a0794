#include "search/content.hpp"

#include "bridge/relations.hpp"
#include "core/trending.hpp"
#include "ranking/rank_map.hpp"
#include "search/likeness.hpp"
#include "search/matches.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace shopsmart::search {

namespace {

// More words of a long name find nothing better, and each costs its list. What many products hold tells little and costs most.
constexpr int kTellingWords = 16;
constexpr int kMostListed = 20'000;
constexpr int kMostProducts = 200;

// Chosen on the logs in docs/quality.md.
constexpr double kPopularityWeight = 0.5;
constexpr int kMostPopular = 10'000;

// Those that fewest products hold; first those that more than one does, because the others lead from a product to itself.
void keep_telling(const Index& index, Terms& words) {
    struct Word {
        Term term;
        int32 products;  // that hold it
        int place;
    };
    const bridge::SearchTables& tables = bridge::search_tables();
    bridge::IndexCursor postings;
    postings.open(tables.postings, tables.postings_key, 2);
    auto* rarest = static_cast<Word*>(palloc(sizeof(Word) * (words.count + 1)));
    for (int i = 0; i < words.count; i++) {
        CHECK_FOR_INTERRUPTS();
        const Term& term = words.terms[i];
        const Datum key[] = {Int64GetDatum(index.generation), PointerGetDatum(cstring_to_text_with_len(term.bytes, term.length))};
        postings.seek(key);
        bool is_null;
        rarest[i] = {term, postings.next() ? DatumGetInt32(slot_getattr(postings.slot, 4, &is_null)) : 0, i};
    }
    postings.close();
    std::sort(rarest, rarest + words.count, [](const Word& a, const Word& b) {
        return std::make_tuple(a.products < 2, a.products, a.place) < std::make_tuple(b.products < 2, b.products, b.place);
    });
    Word* end = rarest;
    int64 listed = 0;
    for (int i = 0; i < words.count && end - rarest < kTellingWords; i++) {
        if (i == 0 || listed + rarest[i].products <= kMostListed) {
            listed += rarest[i].products;
            *end++ = rarest[i];
        }
    }
    std::sort(rarest, end, [](const Word& a, const Word& b) { return a.place < b.place; });
    words.count = static_cast<int>(std::transform(rarest, end, words.terms, [](const Word& word) { return word.term; }) - words.terms);
}

// Of products about equally like it, those come first that more people went for.
void weigh_by_popularity(ranking::RankedProduct* rows, int count) {
    ranking::RankedListReader popular;
    if (!popular.open({"popularity", "all", core::kWholeShop})) {
        return;
    }
    ranking::RankMap places;
    places.init(count);
    for (int i = 0; i < count; i++) {
        places.add(rows[i].product_id, static_cast<uint32>(i + 1));
    }
    auto* ranks = static_cast<int*>(palloc0(sizeof(int) * (count + 1)));
    int listed = 0;
    int64 product_id;
    double score;
    while (listed < kMostPopular && popular.next(&product_id, &score)) {
        ranks[places.rank(product_id)] = ++listed;
    }
    popular.close();
    for (int i = 0; i < count; i++) {
        if (const int rank = ranks[i + 1]; rank > 0) {
            rows[i].score *= 1 + kPopularityWeight * std::log(static_cast<double>(listed) / rank);
        }
    }
    std::sort(rows, rows + count, [](const ranking::RankedProduct& a, const ranking::RankedProduct& b) {
        return a.score != b.score ? a.score > b.score : a.product_id < b.product_id;
    });
}

ranking::RankedProducts like_product(const ranking::StreamRequest& request) {
    const bridge::ShopTables& shop = *request.shop;
    Index index;
    DescribedProduct product;
    if (!find_usable_index(&index) || !bridge::may_select(shop.products) || !bridge::may_select(shop.categories)
        || !product.read(shop, request.history.events[0].product_id)) {
        return {};
    }
    // Without the description: it says much that tells nothing.
    product.text.description = {};
    Terms words = product_terms(index.configuration, product.text);
    keep_telling(index, words);
    auto* rows = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * kMostProducts));
    int count = 0;
    Matches matches;
    matches.open(index, words);
    for (Match match; count < kMostProducts && matches.next(&match);) {
        rows[count++] = {match.product_id, match.score, ranking::Strategy::content, nullptr};
    }
    matches.close();
    weigh_by_popularity(rows, count);
    return {rows, count};
}

}  // namespace

void add_content(ranking::StreamRequest& request) {
    if (request.first_strategy == ranking::Strategy::similar && request.has_neighbors) {
        request.content = like_product;
    }
}

}  // namespace shopsmart::search
