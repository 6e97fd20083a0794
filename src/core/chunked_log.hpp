// Records of unknown number, kept in chunks that the budget grants one by one; given up as a whole when it is full.
// Chunks grow with the log, so that no more than an eighth of it stands empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/memory_budget.hpp"

namespace shopsmart::core {

template <class Record>
class ChunkedLog {
public:
    // Most memory of a log of that many records.
    static std::size_t bytes_for(std::size_t records) { return (records + next_chunk(records)) * sizeof(Record); }

    explicit ChunkedLog(MemoryBudget& budget) : budget_(&budget) {}

    // Does nothing once the log was given up.
    void add(const Record& record) {
        if (next_ == end_ && !open_chunk())
            return;
        *next_++ = record;
    }

    bool given_up() const noexcept { return given_up_; }
    void give_up() noexcept {
        clear();
        given_up_ = true;
    }
    void clear() noexcept {
        chunks_.clear();
        room_ = 0;
        next_ = end_ = nullptr;
    }

    std::size_t bytes() const noexcept { return room_ * sizeof(Record); }
    std::size_t chunks() const noexcept { return chunks_.size(); }
    std::span<const Record> chunk(std::size_t at) const noexcept {
        const auto& buffer = chunks_[at];
        const Record* last = at + 1 == chunks_.size() ? next_ : buffer.end();
        return {buffer.begin(), last};
    }

private:
    static constexpr std::size_t kSmallestChunk = 1024;
    static constexpr std::size_t kLargestChunk = (std::size_t{4} << 20) / sizeof(Record);

    static std::size_t next_chunk(std::size_t records) {
        return std::clamp(records / 8, kSmallestChunk, kLargestChunk);
    }

    bool open_chunk() {
        if (given_up_)
            return false;
        Buffer<Record> chunk(*budget_, next_chunk(room_));
        if (given_up_)  // to make room for this very chunk
            return false;
        room_ += chunk.size();
        chunks_.push_back(std::move(chunk));
        next_ = chunks_.back().begin();
        end_ = chunks_.back().end();
        return true;
    }

    MemoryBudget* budget_;
    std::vector<Buffer<Record>> chunks_;
    std::size_t room_ = 0;  // records that all chunks hold
    Record* next_ = nullptr;
    Record* end_ = nullptr;
    bool given_up_ = false;
};

}  // namespace shopsmart::core
