// Sums scores by product and gives the products back best first: the heart of a recommendation.
//
// Works on memory that the caller provides and allocates, throws and destroys nothing, so that it may live in frames
// that a server error leaves by longjmp.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace shopsmart::core {

inline constexpr int kReasons = 3;

// What one seed product adds to the score of a candidate.
struct Contribution {
    double value;
    std::int64_t seed;
    const Contribution* previous;  // to the same candidate; nullptr: this was the first one
};

struct Candidate {
    std::int64_t product_id;
    double score;
    const Contribution* last;
    std::int32_t co_count;  // the largest of its contributions
};

// The seed products that spoke most for a candidate: contribution descending, then product id ascending.
struct Reasons {
    int count = 0;
    double contributions[kReasons];
    std::int64_t seeds[kReasons];
};

// Few candidates are shown, so reasons are found for those alone.
inline Reasons reasons_of(const Candidate& candidate) noexcept {
    Reasons reasons;
    for (const Contribution* next = candidate.last; next != nullptr; next = next->previous) {
        if (next->value <= 0) {
            continue;
        }
        int place = reasons.count;
        while (place > 0
               && (reasons.contributions[place - 1] < next->value
                   || (reasons.contributions[place - 1] == next->value && reasons.seeds[place - 1] > next->seed))) {
            place--;
        }
        if (place == kReasons) {
            continue;
        }
        reasons.count = std::min(reasons.count + 1, kReasons);
        for (int i = reasons.count - 1; i > place; i--) {
            reasons.contributions[i] = reasons.contributions[i - 1];
            reasons.seeds[i] = reasons.seeds[i - 1];
        }
        reasons.contributions[place] = next->value;
        reasons.seeds[place] = next->seed;
    }
    return reasons;
}

class CandidateTable {
public:
    static std::size_t bytes_for(std::size_t most) {
        return most * (sizeof(Candidate) + sizeof(Contribution) + sizeof(std::uint32_t)) + slots_for(most) * sizeof(std::uint32_t);
    }

    // memory: bytes_for(most), aligned for Candidate. add() may be called `most` times.
    void use(void* memory, std::size_t most) noexcept {
        candidates_ = static_cast<Candidate*>(memory);
        next_contribution_ = reinterpret_cast<Contribution*>(candidates_ + most);
        order_ = reinterpret_cast<std::uint32_t*>(next_contribution_ + most);
        slots_ = order_ + most;
        const std::size_t slots = slots_for(most);
        mask_ = slots - 1;
        shift_ = 64 - std::countr_zero(slots);
        std::fill_n(slots_, slots, kEmpty);
        size_ = 0;
    }

    // Adds the contribution of a seed product. Calls with equal seed come one after the other, seeds in a fixed order:
    // the order of the float sum is part of the result.
    void add(std::int64_t product_id, std::int64_t seed, double contribution, std::int32_t co_count) noexcept {
        Candidate& candidate = find_or_insert(product_id);
        candidate.score += contribution;
        candidate.co_count = std::max(candidate.co_count, co_count);
        *next_contribution_ = {contribution, seed, candidate.last};
        candidate.last = next_contribution_++;
    }

    // From here on nothing is added; pop() yields the candidates best first.
    void start_popping() noexcept {
        for (std::size_t i = 0; i < size_; i++) {
            order_[i] = static_cast<std::uint32_t>(i);
        }
        popped_ = 0;
        sorted_ = 0;
    }

    // The best candidate not popped yet, nullptr when none is left for which more speaks than against. Stays valid.
    const Candidate* pop() noexcept {
        if (popped_ == sorted_) {
            if (sorted_ == size_) {
                return nullptr;
            }
            sort_more();
        }
        const Candidate& best = candidates_[order_[popped_]];
        if (best.score <= 0) {
            return nullptr;
        }
        popped_++;
        return &best;
    }

    // Takes the candidates away that are not popped yet and whose product is not wanted.
    template <class Wanted>
    void keep_if(Wanted wanted) noexcept {
        const auto unwanted = [&](std::uint32_t i) { return !wanted(candidates_[i].product_id); };
        std::uint32_t* const sorted_end = std::remove_if(order_ + popped_, order_ + sorted_, unwanted);
        std::uint32_t* const end = std::remove_if(order_ + sorted_, order_ + size_, unwanted);
        size_ = static_cast<std::size_t>(std::move(order_ + sorted_, end, sorted_end) - order_);
        sorted_ = static_cast<std::size_t>(sorted_end - order_);
    }

    // nullptr when nothing was added for the product.
    const Candidate* find(std::int64_t product_id) const noexcept {
        std::size_t slot = slot_of(product_id);
        while (slots_[slot] != kEmpty && candidates_[slots_[slot]].product_id != product_id) {
            slot = (slot + 1) & mask_;
        }
        return slots_[slot] == kEmpty ? nullptr : &candidates_[slots_[slot]];
    }

    std::size_t size() const noexcept { return size_; }

private:
    static constexpr std::uint32_t kEmpty = UINT32_MAX;
    static constexpr std::size_t kFirstSorted = 16;

    static std::size_t slots_for(std::size_t most) { return std::bit_ceil(std::max<std::size_t>(2 * most, 16)); }

    // Brings the next best candidates into place: few callers want more than the first ones.
    void sort_more() noexcept {
        const auto ranks_before = [this](std::uint32_t a, std::uint32_t b) {
            const Candidate& one = candidates_[a];
            const Candidate& other = candidates_[b];
            return one.score != other.score ? one.score > other.score : one.product_id < other.product_id;
        };
        const std::size_t end = std::min(size_, std::max(2 * sorted_, kFirstSorted));
        std::partial_sort(order_ + sorted_, order_ + end, order_ + size_, ranks_before);
        sorted_ = end;
    }

    std::size_t slot_of(std::int64_t product_id) const noexcept { return (static_cast<std::uint64_t>(product_id) * 0x9E3779B97F4A7C15u) >> shift_; }

    Candidate& find_or_insert(std::int64_t product_id) noexcept {
        std::size_t slot = slot_of(product_id);
        while (slots_[slot] != kEmpty) {
            Candidate& candidate = candidates_[slots_[slot]];
            if (candidate.product_id == product_id) {
                return candidate;
            }
            slot = (slot + 1) & mask_;
        }
        slots_[slot] = static_cast<std::uint32_t>(size_);
        Candidate& candidate = candidates_[size_++];
        candidate = {product_id, 0, nullptr, 0};
        return candidate;
    }

    Candidate* candidates_ = nullptr;
    Contribution* next_contribution_ = nullptr;
    std::uint32_t* order_ = nullptr;  // candidates, best first as far as sorted
    std::uint32_t* slots_ = nullptr;
    std::size_t mask_ = 0;
    std::size_t size_ = 0;
    std::size_t popped_ = 0;
    std::size_t sorted_ = 0;  // order_[0, sorted_) is final
    int shift_ = 60;
};

static_assert(std::is_trivially_destructible_v<CandidateTable> && std::is_trivially_copyable_v<Candidate>);

}  // namespace shopsmart::core
