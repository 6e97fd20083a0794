// Records of unknown number, kept in chunks that the budget grants one by one; given up as a whole when it is full.
#pragma once

#include <cstddef>
#include <vector>

#include "core/memory_budget.hpp"

namespace shopsmart::core {

template <class Record>
class ChunkedLog {
public:
    static constexpr std::size_t kChunkRecords = (std::size_t{1} << 16) / sizeof(Record) * 8;

    // Memory of a log of that many records.
    static std::size_t bytes_for(std::size_t records) {
        return (records + kChunkRecords - 1) / kChunkRecords * kChunkRecords * sizeof(Record);
    }

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
        next_ = end_ = nullptr;
    }

    std::size_t bytes() const noexcept { return chunks_.size() * kChunkRecords * sizeof(Record); }
    std::size_t chunks() const noexcept { return chunks_.size(); }
    std::span<const Record> chunk(std::size_t at) const noexcept {
        const auto& buffer = chunks_[at];
        const Record* last = at + 1 == chunks_.size() ? next_ : buffer.end();
        return {buffer.begin(), last};
    }

private:
    bool open_chunk() {
        if (given_up_)
            return false;
        Buffer<Record> chunk(*budget_, kChunkRecords);
        if (given_up_)  // to make room for this very chunk
            return false;
        chunks_.push_back(std::move(chunk));
        next_ = chunks_.back().begin();
        end_ = chunks_.back().end();
        return true;
    }

    MemoryBudget* budget_;
    std::vector<Buffer<Record>> chunks_;
    Record* next_ = nullptr;
    Record* end_ = nullptr;
    bool given_up_ = false;
};

}  // namespace shopsmart::core
