#include "core/id_index.hpp"

#include <algorithm>
#include <bit>

namespace shopsmart::core {

namespace {

constexpr std::size_t kSmallestCapacity = 1024;
constexpr std::uint32_t kMostIds = 0xfffffff0U;

// Finalizer of MurmurHash3: neighboring ids land far apart, so that probing stays short.
std::uint64_t mixed(std::int64_t id) {
    auto bits = static_cast<std::uint64_t>(id);
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdULL;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33);
}

// Slots for that many ids at a load of at most one half.
std::size_t slots_for(std::size_t ids) {
    return std::bit_ceil(2 * std::max(ids + 1, kSmallestCapacity));
}

}  // namespace

std::uint32_t IdIndex::find_or_add(std::int64_t id) {
    if (!slots_.empty()) {
        const Slot& slot = slots_[slot_of(id)];
        if (slot.number_plus_one != 0)
            return static_cast<std::uint32_t>(slot.number_plus_one - 1);
    }
    return add(id);
}

std::uint32_t IdIndex::add(std::int64_t id) {
    if (size_ == kMostIds)
        throw LimitExceeded("more than 4 billion different ids");
    if (size_ == ids_.size())
        ids_ = ids_.empty() ? Buffer<std::int64_t>(*budget_, kSmallestCapacity) : ids_.resized(2 * ids_.size());
    const bool downwards = size_ != 0 && id < smallest_;
    smallest_ = size_ == 0 ? id : std::min(smallest_, id);
    largest_ = size_ == 0 ? id : std::max(largest_, id);
    ids_[size_] = id;
    ++size_;

    // The second look at the reach catches ids at opposite ends of the number range, whose offsets wrap around.
    const bool fits = slots_.empty() ? static_cast<std::uint64_t>(id) - table_base_ < table_.size() && reach() < table_.size()
                                     : 2 * std::size_t{size_} <= slots_.size();
    if (!fits)
        rebuild(downwards);
    else
        include(id);
    return size_ - 1;
}

std::uint32_t IdIndex::find(std::int64_t id) const noexcept {
    if (slots_.empty())
        return glimpse(id);
    const Slot& slot = slots_[slot_of(id)];
    return slot.number_plus_one != 0 ? static_cast<std::uint32_t>(slot.number_plus_one - 1) : size_;
}

// Where the id is, or would be entered.
std::size_t IdIndex::slot_of(std::int64_t id) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = mixed(id) & mask;
    while (slots_[at].number_plus_one != 0 && slots_[at].id != id)
        at = (at + 1) & mask;
    return at;
}

// Enters the newest id into the structure, which has room for it.
void IdIndex::include(std::int64_t id) {
    if (slots_.empty())
        table_[static_cast<std::uint64_t>(id) - table_base_] = size_;
    else
        slots_[slot_of(id)] = Slot{id, size_};
}

void IdIndex::rebuild(bool grew_downwards) {
    const std::size_t capacity = slots_for(size_);
    const bool table_is_smaller = reach() < capacity * sizeof(Slot) / sizeof(std::uint32_t);
    table_ = {};
    slots_ = {};
    if (table_is_smaller) {
        const std::size_t length = std::bit_ceil(std::max<std::size_t>(reach() + 1, kSmallestCapacity));
        table_ = Buffer<std::uint32_t>(*budget_, length, 0U);
        // Spare room goes to the side on which ids keep coming.
        table_base_ = grew_downwards ? static_cast<std::uint64_t>(largest_) - (length - 1)
                                     : static_cast<std::uint64_t>(smallest_);
        for (std::uint32_t number = 0; number < size_; ++number)
            table_[static_cast<std::uint64_t>(ids_[number]) - table_base_] = number + 1;
    } else {
        slots_ = Buffer<Slot>(*budget_, capacity, Slot{0, 0});
        for (std::uint32_t number = 0; number < size_; ++number)
            slots_[slot_of(ids_[number])] = Slot{ids_[number], std::uint64_t{number} + 1};
    }
}

Buffer<std::uint32_t> IdIndex::ascending() const {
    Buffer<std::uint32_t> order(*budget_, size_);
    if (!table_.empty()) {
        std::size_t filled = 0;
        const std::uint64_t first = static_cast<std::uint64_t>(smallest_) - table_base_;
        for (std::uint64_t offset = first; filled < size_; ++offset)
            if (table_[offset] != 0)
                order[filled++] = table_[offset] - 1;
        return order;
    }
    struct Pair {
        std::int64_t id;
        std::uint32_t number;
    };
    Buffer<Pair> pairs(*budget_, size_);
    for (std::uint32_t number = 0; number < size_; ++number)
        pairs[number] = Pair{ids_[number], number};
    std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.id < b.id; });
    for (std::size_t rank = 0; rank < size_; ++rank)
        order[rank] = pairs[rank].number;
    return order;
}

}  // namespace shopsmart::core
