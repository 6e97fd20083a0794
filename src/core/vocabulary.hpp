// The words of a catalog as they are written, for correcting queries: how often, and how far from another word.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/memory_budget.hpp"

namespace shopsmart::core {

inline constexpr std::size_t kLongestVocabularyWord = 32;  // bytes

// One bit for each letter that a word holds. A word that can be made of another by d edits differs in at most 2d bits.
std::uint32_t letter_signature(std::string_view word);

// The number of insertions, deletions, replacements and swaps of neighbors that lead from one word to the other (optimal
// string alignment), or limit + 1 when it is larger than the limit. Both are at most kLongestVocabularyWord bytes long.
int edit_distance(std::string_view a, std::string_view b, int limit);

// How many edits a word of that length is corrected by: a short word is soon another one.
constexpr int most_edits(std::size_t length) { return length < 4 ? 0 : length < 7 ? 1 : 2; }

// Counts in how many products each word stands.
class VocabularyCollector {
public:
    explicit VocabularyCollector(MemoryBudget& budget) : budget_(&budget) {}
    VocabularyCollector(const VocabularyCollector&) = delete;
    VocabularyCollector& operator=(const VocabularyCollector&) = delete;
    ~VocabularyCollector() { budget_->release(bytes_); }

    // Once for each product. Throws BudgetExceeded.
    void add(std::string_view word);
    // By length, then in the order of bytes.
    void hand_out(const std::function<void(std::string_view word, std::uint32_t products)>& take) const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
    };

    MemoryBudget* budget_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> counts_;
    std::size_t bytes_ = 0;
};

}  // namespace shopsmart::core
