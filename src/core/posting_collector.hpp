// Collects the words of products in any order and hands out the list of products of each word.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/chunked_log.hpp"
#include "core/posting.hpp"

namespace shopsmart::core {

class PostingCollector {
public:
    explicit PostingCollector(MemoryBudget& budget) : budget_(&budget), log_(budget) {}
    PostingCollector(const PostingCollector&) = delete;
    PostingCollector& operator=(const PostingCollector&) = delete;
    ~PostingCollector() { budget_->release(word_bytes_); }

    // Documents come in ascending order, each word once a document. Throws BudgetExceeded.
    void add(std::string_view word, std::uint32_t document, Occurrence occurrence);

    std::size_t words() const { return numbers_.size(); }

    // Words in the order of their bytes, products ascending.
    void hand_out(const std::function<void(std::string_view word, std::span<const Posting> postings)>& take) const;

private:
    struct Record {
        std::uint32_t word;
        Posting posting;
    };

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
    };

    MemoryBudget* budget_;
    ChunkedLog<Record> log_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<std::uint32_t> counts_;
    std::size_t word_bytes_ = 0;
};

}  // namespace shopsmart::core
