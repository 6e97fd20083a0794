// Numbers the distinct 64-bit ids of a stream 0, 1, 2, ... in order of first appearance.
//
// While the ids seen lie close together the index is a plain table from id to number; otherwise it is an open hash
// table. It changes its mind at moments when it has to grow anyway: the smaller of the two wins.
#pragma once

#include <cstdint>

#include "core/memory_budget.hpp"

namespace shopsmart::core {

class IdIndex {
public:
    explicit IdIndex(MemoryBudget& budget) : budget_(&budget) {}

    // The number of an id, a new one when it was never seen.
    std::uint32_t number(std::int64_t id) {
        const std::uint64_t offset = static_cast<std::uint64_t>(id) - table_base_;
        if (offset < table_.size()) {
            const std::uint32_t known = table_[offset];
            if (known != 0)
                return known - 1;
        }
        return find_or_add(id);
    }

    // Brings what number(id) will read nearer, without changing anything. Inlined by force: gcc takes a function that only
    // prefetches for one without effect, and drops calls of it.
    [[gnu::always_inline]] void prefetch(std::int64_t id) const noexcept {
        const std::uint64_t offset = static_cast<std::uint64_t>(id) - table_base_;
        if (offset < table_.size())
            __builtin_prefetch(table_.begin() + offset);
    }
    // The number of an id if that is quick to tell, else size().
    std::uint32_t glimpse(std::int64_t id) const noexcept {
        const std::uint64_t offset = static_cast<std::uint64_t>(id) - table_base_;
        return offset < table_.size() && table_[offset] != 0 ? table_[offset] - 1 : size_;
    }

    // The number of an id, size() when it was never seen.
    std::uint32_t find(std::int64_t id) const noexcept;

    std::uint32_t size() const noexcept { return size_; }
    std::int64_t id(std::uint32_t number) const noexcept { return ids_[number]; }

    // Numbers in ascending order of their ids.
    Buffer<std::uint32_t> ascending() const;

private:
    struct Slot {
        std::int64_t id;
        std::uint64_t number_plus_one;  // 0: empty
    };

    std::uint32_t find_or_add(std::int64_t id);
    std::uint32_t add(std::int64_t id);
    std::size_t slot_of(std::int64_t id) const noexcept;
    void include(std::int64_t id);
    void rebuild(bool grew_downwards);
    std::uint64_t reach() const noexcept {
        return static_cast<std::uint64_t>(largest_) - static_cast<std::uint64_t>(smallest_);
    }

    MemoryBudget* budget_;
    std::uint32_t size_ = 0;
    Buffer<std::int64_t> ids_;       // by number
    std::uint64_t table_base_ = 0;   // table mode: id of table_[0]
    Buffer<std::uint32_t> table_;    // number + 1, 0: not seen
    Buffer<Slot> slots_;             // hash mode: linear probing
    std::int64_t smallest_ = 0;
    std::int64_t largest_ = 0;
};

}  // namespace shopsmart::core
