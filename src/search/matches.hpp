// The products that hold words of a query, best first.
//
// The score of a product is the sum over the words of rarity · occurrence score (core/posting.hpp), in the order of the
// words' bytes, so that equal texts have equal scores. Alternatives count as one word: that of them which fits best. The index gives each word's list of products; they are added up in
// one table of sums. Products that changed since come from shopsmart.search_changes, and hide what the index says of them.
#pragma once

#include "ranking/id_set.hpp"
#include "search/changes.hpp"
#include "search/index.hpp"
#include "search/posting_lists.hpp"

namespace shopsmart::search {

struct Match {
    int64 product_id;
    double score;
};

class Matches {
public:
    enum class Holding { any_word, all_words };  // of those that some product holds
    // Reads what the caller's snapshot sees; terms must live as long as the matches.
    void open(const Index& index, const Terms& terms, Holding holding = Holding::any_word);
    bool next(Match* match);
    // From the start again. Not after continue_after() or restrict_to(): where they leave something out, others are there twice.
    void rewind();
    // Multiplies the score of each product, before next().
    template <class Factor>
    void multiply(Factor&& factor) {
        for (Size i = 0; i < entry_count_; i++) {
            entries_[i].score *= factor(product_of(entries_[i]));
        }
        find_best();
    }
    // All that next() would give, by product id. Returns how many there are.
    int all(Match** matches);
    // Leaves out what comes no later than a product with that score.
    void continue_after(float score, int64 product_id);
    // From here on only these products are wanted. The set must live as long as the matches.
    void restrict_to(const ranking::IdSet* wanted);
    void close();

private:
    // The place is the number of a product in the index, or index_.documents + the number of a changed row.
    struct Entry {
        float score;
        uint32 place;
    };

    static constexpr Size kFirstBest = 256;

    // Inlined: it is asked once or more for each match.
    bool is_worse(const Entry& a, const Entry& b) { return a.score != b.score ? a.score < b.score : comes_later(a, b); }
    bool comes_later(const Entry& a, const Entry& b);
    void find_best(Size wanted = kFirstBest);
    void add_alternatives(int changed_count);
    void add_postings(int term, int64 changed_documents);
    void add_changed(const ChangedProduct& row, uint32 place);
    bool is_wanted(float sum, float matched) const { return sum > 0 && matched >= least_matched_; }
    float total(float sum, float matched) const;
    bool is_changed(const Entry& entry) const { return entry.place >= index_.documents; }
    int64 product_of(const Entry& entry);
    int64 change_of(const Entry& entry) const { return is_changed(entry) ? changed_[entry.place - index_.documents].change_id : 0; }

    Index index_;
    const Terms* terms_;
    core::OccurrenceScore* occurrence_score_;
    float* rarities_;        // by term
    float alternatives_rarity_;
    float all_rarities_;
    float known_rarities_;   // of words that some product holds
    float least_matched_;
    float completeness_;
    PostingLists postings_;
    bridge::IndexCursor documents_;
    int64** product_ids_;    // by part of search_documents, nullptr until it is read
    Changes changes_;
    ChangedProduct* changed_;
    Entry* entries_;
    Size best_count_;        // the first so many are a heap of the best, the best on top
    Size entry_count_;
    Size all_entries_;       // those that next() gave lie behind the others
};

}  // namespace shopsmart::search
