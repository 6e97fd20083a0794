#include "core/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace shopsmart::core {

namespace {

// A node of the map, a bucket, and what sorting takes.
constexpr std::size_t kBytesBesideWord = 112;

}  // namespace

std::uint32_t letter_signature(std::string_view word) {
    std::uint32_t signature = 0;
    for (char c : word)
        signature |= 1U << (static_cast<unsigned char>(c) & 31);
    return signature;
}

int edit_distance(std::string_view a, std::string_view b, int limit) {
    if (std::abs(static_cast<int>(a.size()) - static_cast<int>(b.size())) > limit)
        return limit + 1;
    using Row = std::array<int, kLongestVocabularyWord + 1>;
    Row rows[3];
    Row* before = &rows[0];
    Row* last = &rows[1];
    Row* current = &rows[2];
    for (std::size_t j = 0; j <= b.size(); ++j)
        (*last)[j] = static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        (*current)[0] = static_cast<int>(i);
        int least = (*current)[0];
        for (std::size_t j = 1; j <= b.size(); ++j) {
            int cost = std::min({(*last)[j] + 1, (*current)[j - 1] + 1, (*last)[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost = std::min(cost, (*before)[j - 2] + 1);
            (*current)[j] = cost;
            least = std::min(least, cost);
        }
        if (least > limit)
            return limit + 1;
        std::swap(before, last);
        std::swap(last, current);
    }
    return std::min((*last)[b.size()], limit + 1);
}

void VocabularyCollector::add(std::string_view word) {
    auto known = counts_.find(word);
    if (known == counts_.end()) {
        budget_->reserve(word.size() + kBytesBesideWord);
        bytes_ += word.size() + kBytesBesideWord;
        known = counts_.emplace(word, 0).first;
    }
    ++known->second;
}

void VocabularyCollector::hand_out(const std::function<void(std::string_view word, std::uint32_t products)>& take) const {
    std::vector<std::pair<std::string_view, std::uint32_t>> words(counts_.begin(), counts_.end());
    std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) {
        return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first;
    });
    for (const auto& [word, products] : words)
        take(word, products);
}

}  // namespace shopsmart::core
