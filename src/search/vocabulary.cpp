#include "search/vocabulary.hpp"

#include "bridge/relations.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace shopsmart::search {

namespace {

constexpr int kLongest = static_cast<int>(core::kLongestVocabularyWord);

// Nearly all words have; without the instruction, counting all bits takes longer than looking at the first ones.
bool has_more_bits(uint32 bits, int most) {
    for (; bits != 0; bits &= bits - 1) {
        if (most-- == 0) {
            return true;
        }
    }
    return false;
}

void keep(NearWord* found, std::string_view word, int distance, uint32 products) {
    *found = {pnstrdup(word.data(), word.size()), static_cast<int>(word.size()), distance, products};
}

}  // namespace

void Vocabulary::open(const Index& index) {
    generation_ = index.generation;
    const bridge::SearchTables& tables = bridge::search_tables();
    cursor_.open(tables.words, tables.words_key, 2);
}

template <class Take>
void Vocabulary::look_through(int length, Take&& take) {
    const Datum key[] = {Int64GetDatum(generation_), Int64GetDatum(length)};
    cursor_.seek(key);
    while (cursor_.next()) {
        CHECK_FOR_INTERRUPTS();
        bool is_null;
        const auto* packed = reinterpret_cast<const bytea*>(DatumGetPointer(slot_getattr(cursor_.slot, 4, &is_null)));
        const Size bytes = VARSIZE_ANY_EXHDR(packed);
        const Size entry_bytes = sizeof(WordEntry) + static_cast<Size>(length);
        const char* at = VARDATA_ANY(packed);
        for (Size i = 0; i < bytes / entry_bytes; i++, at += entry_bytes) {
            WordEntry entry;
            memcpy(&entry, at, sizeof entry);
            take(entry, std::string_view(at + sizeof entry, static_cast<std::size_t>(length)));
        }
    }
}

// Words of one length lie in the order of their bytes.
template <class Take>
void Vocabulary::look_behind(std::string_view prefix, int length, Take&& take) {
    const Datum key[] = {Int64GetDatum(generation_), Int64GetDatum(length)};
    cursor_.seek(key);
    while (cursor_.next()) {
        CHECK_FOR_INTERRUPTS();
        bool is_null;
        const auto* packed = reinterpret_cast<const bytea*>(DatumGetPointer(slot_getattr(cursor_.slot, 4, &is_null)));
        const char* entries = VARDATA_ANY(packed);
        const Size entry_bytes = sizeof(WordEntry) + static_cast<Size>(length);
        const Size count = VARSIZE_ANY_EXHDR(packed) / entry_bytes;
        const auto compare = [&](Size i) { return memcmp(entries + i * entry_bytes + sizeof(WordEntry), prefix.data(), prefix.size()); };
        Size first = 0;
        for (Size end = count; first < end;) {
            const Size middle = first + (end - first) / 2;
            if (compare(middle) < 0) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        for (; first < count && compare(first) == 0; first++) {
            WordEntry entry;
            memcpy(&entry, entries + first * entry_bytes, sizeof entry);
            take(entry, std::string_view(entries + first * entry_bytes + sizeof entry, static_cast<std::size_t>(length)));
        }
    }
}

int Vocabulary::near(const char* word, int length, int most_edits, uint32 least_products, NearWord* found) {
    const std::string_view wanted(word, static_cast<std::size_t>(length));
    const int most = length > kLongest ? 0 : most_edits;
    const uint32 signature = core::letter_signature(wanted);
    const auto is_better = [&](const NearWord& a, const NearWord& b) {
        const auto rank = [&](const NearWord& near) { return std::make_tuple(-near.distance, near.bytes[0] == wanted[0], near.products); };
        return rank(a) > rank(b);
    };
    int count = 0;  // a heap with the worst on top
    for (int other = std::max(1, length - most); most > 0 && other <= std::min(kLongest, length + most); other++) {
        look_through(other, [&](const WordEntry& entry, std::string_view candidate) {
            if (entry.products < least_products || has_more_bits(entry.signature ^ signature, 2 * most)) {
                return;
            }
            const NearWord near{candidate.data(), other, core::edit_distance(wanted, candidate, most), entry.products};
            const bool is_full = count == kMostNear;
            if (near.distance > most || near.distance == 0 || (is_full && !is_better(near, found[0]))) {
                return;
            }
            if (is_full) {
                std::pop_heap(found, found + count--, is_better);
            }
            keep(&found[count++], candidate, near.distance, entry.products);
            std::push_heap(found, found + count, is_better);
        });
    }
    return count;
}

bool Vocabulary::completion(const char* prefix, int length, NearWord* found) {
    *found = {nullptr, 0, 0, 0};
    for (int other = length + 1; other <= kLongest; other++) {
        look_behind({prefix, static_cast<Size>(length)}, other, [&](const WordEntry& entry, std::string_view candidate) {
            if (entry.products > found->products) {
                keep(found, candidate, other - length, entry.products);
            }
        });
    }
    return found->bytes != nullptr;
}

int Vocabulary::completions(const char* prefix, int length, NearWord* found) {
    int count = 0;
    // A heap with the rarest word on top.
    const auto is_more_frequent = [](const NearWord& a, const NearWord& b) { return a.products > b.products; };
    for (int other = std::max(1, length); other <= kLongest; other++) {
        look_behind({prefix, static_cast<Size>(length)}, other, [&](const WordEntry& entry, std::string_view candidate) {
            const bool is_full = count == kMostCompletions;
            if (is_full && entry.products <= found[0].products) {
                return;
            }
            if (is_full) {
                std::pop_heap(found, found + count--, is_more_frequent);
            }
            keep(&found[count++], candidate, other - length, entry.products);
            std::push_heap(found, found + count, is_more_frequent);
        });
    }
    return count;
}

void Vocabulary::close() { cursor_.close(); }

}  // namespace shopsmart::search
