#include "search/matches.hpp"

#include "bridge/relations.hpp"
#include "search/index_format.hpp"
#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <new>

namespace shopsmart::search {

namespace {

constexpr Size kMoreBest = 15;  // times as many as were read

// One place for each product of the index, kept by the session: fresh pages would cost more than all the rest. It is all
// zero between calls; an error in the middle leaves `dirty`.
struct Sums {
    struct Sum {
        float score;
        float matched;
    };
    Sum* sums = nullptr;
    uint32* met = nullptr;  // places that are not zero
    int64 met_count = 0;
    int64 capacity = 0;
    bool dirty = false;

    void prepare(int64 documents) {
        if (documents > capacity) {
            void* old[] = {sums, met};
            sums = nullptr;
            met = nullptr;
            capacity = 0;
            for (void* memory : old) {
                if (memory != nullptr) {
                    pfree(memory);
                }
            }
            sums = static_cast<Sum*>(MemoryContextAllocExtended(TopMemoryContext, sizeof(Sum) * documents, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
            met = static_cast<uint32*>(MemoryContextAllocHuge(TopMemoryContext, sizeof(uint32) * documents));
            capacity = documents;
        } else if (dirty) {
            memset(sums, 0, sizeof(Sum) * capacity);
        }
        met_count = 0;
        dirty = true;
    }
};
Sums sums;

}  // namespace

void Matches::open(const Index& index, const Terms& terms, Holding holding_of) {
    index_ = index;
    terms_ = &terms;
    entry_count_ = 0;
    all_rarities_ = 0;
    alternatives_rarity_ = 0;
    known_rarities_ = 0;
    completeness_ = static_cast<float>(settings::search_settings().completeness);
    occurrence_score_ = new (palloc(sizeof(core::OccurrenceScore))) core::OccurrenceScore(field_options(index));

    const bridge::SearchTables& tables = bridge::search_tables();
    postings_.open(index_);
    documents_.open(tables.documents, tables.documents_key, 2);
    product_ids_ = static_cast<int64**>(palloc0(sizeof(int64*) * (index.documents / kDocumentsInRow + 1)));
    changes_.open();
    rarities_ = static_cast<float*>(palloc0(sizeof(float) * (terms.count + 1)));
    changed_ = nullptr;
    const int changed_count = terms.count > 0 ? changes_.find(terms, &changed_) : 0;

    sums.prepare(index.documents);
    if (std::any_of(terms.terms, terms.terms + terms.count, [](const Term& term) { return term.alternative > 0; })) {
        add_alternatives(changed_count);
    }
    for (int term = 0; term < terms.count; term++) {
        if (terms.terms[term].alternative == 0) {
            const int64 holding = std::count_if(changed_, changed_ + changed_count, [&](const ChangedProduct& row) { return row.occurrences[term] != 0; });
            add_postings(term, holding);
        }
    }
    // Sums of floats in the same order are equal; the rest is for those who add in another one.
    least_matched_ = holding_of == Holding::all_words ? known_rarities_ * 0.9999F : 0;
    entries_ = static_cast<Entry*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Entry) * (sums.met_count + changed_count + 1)));
    for (int64 i = 0; i < sums.met_count; i++) {
        Sums::Sum& sum = sums.sums[sums.met[i]];
        if (is_wanted(sum.score, sum.matched)) {
            entries_[entry_count_++] = {total(sum.score, sum.matched), sums.met[i]};
        }
        sum = {0, 0};
    }
    sums.dirty = false;
    for (int i = 0; i < changed_count; i++) {
        add_changed(changed_[i], static_cast<uint32>(index.documents + i));
    }
    all_entries_ = entry_count_;
    find_best();
}

void Matches::add_changed(const ChangedProduct& row, uint32 place) {
    float best_alternative = 0;
    for (int term = 0; term < terms_->count; term++) {
        if (row.occurrences[term] != 0) {
            best_alternative = std::max(best_alternative, terms_->terms[term].alternative * (*occurrence_score_)(row.occurrences[term]));
        }
    }
    float sum = best_alternative * alternatives_rarity_;
    float matched = best_alternative > 0 ? alternatives_rarity_ : 0;
    for (int term = 0; term < terms_->count; term++) {
        if (row.occurrences[term] != 0 && terms_->terms[term].alternative == 0) {
            sum += rarities_[term] * (*occurrence_score_)(row.occurrences[term]);
            matched += rarities_[term];
        }
    }
    if (is_wanted(sum, matched)) {
        entries_[entry_count_++] = {total(sum, matched), place};
    }
}

// Makes a heap of the best ones alone: to tell that a match is none of them takes a look at the worst.
void Matches::find_best(Size wanted) {
    const auto is_better = [this](const Entry& a, const Entry& b) { return is_worse(b, a); };
    best_count_ = std::min(wanted, entry_count_);
    Entry* end = entries_ + best_count_;
    std::make_heap(entries_, end, is_better);
    for (Entry* entry = end; entry < entries_ + entry_count_; entry++) {
        if (is_worse(entries_[0], *entry)) {
            std::pop_heap(entries_, end, is_better);
            std::swap(end[-1], *entry);
            std::push_heap(entries_, end, is_better);
        }
    }
    std::make_heap(entries_, end, [this](const Entry& a, const Entry& b) { return is_worse(a, b); });
}

// Equal scores: the smaller id is better. Places in the index are in the order of ids.
bool Matches::comes_later(const Entry& a, const Entry& b) {
    return is_changed(a) || is_changed(b) ? product_of(a) > product_of(b) : a.place > b.place;
}

// Called while there are no sums: so each product that is met holds one of the alternatives, and they are counted.
void Matches::add_alternatives(int changed_count) {
    int64 holding = 0;
    for (int term = 0; term < terms_->count; term++) {
        const float weight = terms_->terms[term].alternative;
        if (weight == 0) {
            continue;
        }
        postings_.read(terms_->terms[term], [](int64) {}, [&](const core::Posting& posting) {
            Sums::Sum& sum = sums.sums[posting.document];
            if (sum.matched == 0) {
                sums.met[sums.met_count++] = posting.document;
                sum.matched = 1;
            }
            sum.score = std::max(sum.score, weight * (*occurrence_score_)(posting.occurrence));
        });
    }
    for (int i = 0; i < changed_count; i++) {
        for (int term = 0; term < terms_->count; term++) {
            if (terms_->terms[term].alternative > 0 && changed_[i].occurrences[term] != 0) {
                holding++;
                break;
            }
        }
    }
    alternatives_rarity_ = core::rarity(static_cast<uint64>(index_.documents), static_cast<uint64>(holding + sums.met_count));
    for (int64 i = 0; i < sums.met_count; i++) {
        Sums::Sum& sum = sums.sums[sums.met[i]];
        sum = {sum.score * alternatives_rarity_, alternatives_rarity_};
    }
    all_rarities_ += alternatives_rarity_;
    known_rarities_ += alternatives_rarity_;
}

void Matches::add_postings(int term, int64 changed_documents) {
    float rarity = core::rarity(static_cast<uint64>(index_.documents), static_cast<uint64>(changed_documents));
    bool is_known = changed_documents > 0;
    postings_.read(terms_->terms[term],
                  [&](int64 documents) { is_known = true; rarity = core::rarity(static_cast<uint64>(index_.documents), static_cast<uint64>(documents + changed_documents)); },
                  [&](const core::Posting& posting) {
                      Sums::Sum& sum = sums.sums[posting.document];
                      if (sum.matched == 0) {
                          sums.met[sums.met_count++] = posting.document;
                      }
                      sum.score += rarity * (*occurrence_score_)(posting.occurrence);
                      sum.matched += rarity;
                  });
    rarities_[term] = rarity;
    all_rarities_ += rarity;
    known_rarities_ += is_known ? rarity : 0;
}

float Matches::total(float sum, float matched) const {
    const float share = matched / all_rarities_;
    return completeness_ == 1 ? sum * share : completeness_ == 0 ? sum : sum * std::pow(share, completeness_);
}

int64 Matches::product_of(const Entry& entry) {
    if (is_changed(entry)) {
        return changed_[entry.place - index_.documents].product_id;
    }
    const uint32 part = entry.place / kDocumentsInRow;
    if (product_ids_[part] == nullptr) {
        const Datum key[] = {Int64GetDatum(index_.generation), Int64GetDatum(part)};
        documents_.seek(key);
        if (!documents_.next()) {
            raise_damaged();
        }
        bool is_null;
        ArrayType* ids = DatumGetArrayTypePCopy(slot_getattr(documents_.slot, 3, &is_null));
        if (ArrayGetNItems(ARR_NDIM(ids), ARR_DIMS(ids)) != Min(kDocumentsInRow, index_.documents - int64{part} * kDocumentsInRow) || ARR_HASNULL(ids)) {
            raise_damaged();
        }
        product_ids_[part] = reinterpret_cast<int64*>(ARR_DATA_PTR(ids));
    }
    return product_ids_[part][entry.place % kDocumentsInRow];
}

bool Matches::next(Match* match) {
    while (entry_count_ > 0) {
        if (best_count_ == 0) {
            // Whoever has come this far goes on.
            find_best((all_entries_ - entry_count_) * kMoreBest);
        }
        std::pop_heap(entries_, entries_ + best_count_, [this](const Entry& a, const Entry& b) { return is_worse(a, b); });
        std::swap(entries_[--best_count_], entries_[--entry_count_]);
        const Entry& best = entries_[entry_count_];
        const int64 product_id = product_of(best);
        if (changes_.last_change(product_id) == change_of(best)) {
            *match = {product_id, best.score};
            return true;
        }
    }
    return false;
}

void Matches::rewind() {
    entry_count_ = all_entries_;
    find_best();
}

int Matches::all(Match** matches) {
    *matches = static_cast<Match*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Match) * (entry_count_ + 1)));
    int count = 0;
    for (Size i = 0; i < entry_count_; i++) {
        const int64 product_id = product_of(entries_[i]);
        if (changes_.last_change(product_id) == change_of(entries_[i])) {
            (*matches)[count++] = {product_id, entries_[i].score};
        }
    }
    entry_count_ = 0;
    std::sort(*matches, *matches + count, [](const Match& a, const Match& b) { return a.product_id < b.product_id; });
    return count;
}

void Matches::continue_after(float score, int64 product_id) {
    Entry* end = std::remove_if(entries_, entries_ + entry_count_, [&](const Entry& entry) {
        return entry.score > score || (entry.score == score && product_of(entry) <= product_id);
    });
    entry_count_ = static_cast<Size>(end - entries_);
    find_best();
}

void Matches::restrict_to(const ranking::IdSet* wanted) {
    Size kept = 0;
    for (Size i = 0; i < entry_count_; i++) {
        if (wanted->contains(product_of(entries_[i]))) {
            entries_[kept++] = entries_[i];
        }
    }
    entry_count_ = kept;
    find_best();
}

void Matches::close() {
    changes_.close();
    documents_.close();
    postings_.close();
}

}  // namespace shopsmart::search
