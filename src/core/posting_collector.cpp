#include "core/posting_collector.hpp"

#include <algorithm>

namespace shopsmart::core {

namespace {

// A node of the map, a bucket, a count, and what sorting takes.
constexpr std::size_t kBytesBesideWord = 128;

}  // namespace

void PostingCollector::add(std::string_view word, std::uint32_t document, Occurrence occurrence) {
    auto known = numbers_.find(word);
    if (known == numbers_.end()) {
        budget_->reserve(word.size() + kBytesBesideWord);
        word_bytes_ += word.size() + kBytesBesideWord;
        known = numbers_.emplace(word, static_cast<std::uint32_t>(counts_.size())).first;
        counts_.push_back(0);
    }
    ++counts_[known->second];
    log_.add({known->second, {document, occurrence}});
}

void PostingCollector::hand_out(
    const std::function<void(std::string_view word, std::span<const Posting> postings)>& take) const {
    std::vector<std::size_t> next(counts_.size());
    std::size_t total = 0;
    for (std::size_t word = 0; word < counts_.size(); ++word) {
        next[word] = total;
        total += counts_[word];
    }
    Buffer<Posting> postings(*budget_, total);
    for (std::size_t at = 0; at < log_.chunks(); ++at)
        for (const Record& record : log_.chunk(at))
            postings[next[record.word]++] = record.posting;

    std::vector<std::pair<std::string_view, std::uint32_t>> words(numbers_.begin(), numbers_.end());
    std::sort(words.begin(), words.end());
    for (const auto& [word, number] : words)
        take(word, postings.view().subspan(next[number] - counts_[number], counts_[number]));
}

}  // namespace shopsmart::core
