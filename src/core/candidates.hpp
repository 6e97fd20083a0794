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

struct Candidate {
    std::int64_t product_id;
    double score;
    std::int32_t co_count;              // the largest of its contributions
    std::int32_t reason_count;
    double contributions[kReasons];     // the largest ones: contribution descending, then seed's product id ascending
    std::int64_t reasons[kReasons];     // their seed products
};

class CandidateTable {
public:
    static std::size_t bytes_for(std::size_t most_candidates) {
        return most_candidates * (sizeof(Candidate) + sizeof(std::uint32_t)) + slots_for(most_candidates) * sizeof(std::uint32_t);
    }

    // memory: bytes_for(most_candidates), aligned for Candidate. No more than most_candidates may be added.
    void use(void* memory, std::size_t most_candidates) noexcept {
        candidates_ = static_cast<Candidate*>(memory);
        order_ = reinterpret_cast<std::uint32_t*>(candidates_ + most_candidates);
        slots_ = order_ + most_candidates;
        const std::size_t slots = slots_for(most_candidates);
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
        note_reason(candidate, seed, contribution);
    }

    // From here on nothing is added; pop() yields the candidates best first.
    void start_popping() noexcept {
        for (std::size_t i = 0; i < size_; i++) {
            order_[i] = static_cast<std::uint32_t>(i);
        }
        popped_ = 0;
        sorted_ = 0;
    }

    // The best candidate not popped yet, nullptr when there is none. Stays valid.
    const Candidate* pop() noexcept {
        if (popped_ == sorted_) {
            if (sorted_ == size_) {
                return nullptr;
            }
            sort_more();
        }
        return &candidates_[order_[popped_++]];
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
    static constexpr std::size_t kFirstSorted = 24;

    static std::size_t slots_for(std::size_t most_candidates) { return std::bit_ceil(std::max<std::size_t>(2 * most_candidates, 16)); }

    // Brings the next best candidates into place: few callers want more than the first ones.
    void sort_more() noexcept {
        const auto ranks_before = [this](std::uint32_t a, std::uint32_t b) {
            const Candidate& one = candidates_[a];
            const Candidate& other = candidates_[b];
            return one.score != other.score ? one.score > other.score : one.product_id < other.product_id;
        };
        const std::size_t end = std::min(size_, std::max(2 * sorted_, kFirstSorted));
        std::nth_element(order_ + sorted_, order_ + end - 1, order_ + size_, ranks_before);
        std::sort(order_ + sorted_, order_ + end, ranks_before);
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
        candidate = Candidate{};
        candidate.product_id = product_id;
        return candidate;
    }

    static void note_reason(Candidate& candidate, std::int64_t seed, double contribution) noexcept {
        int place = candidate.reason_count;
        while (place > 0
               && (candidate.contributions[place - 1] < contribution
                   || (candidate.contributions[place - 1] == contribution && candidate.reasons[place - 1] > seed))) {
            place--;
        }
        if (place == kReasons) {
            return;
        }
        candidate.reason_count = std::min(candidate.reason_count + 1, kReasons);
        for (int i = candidate.reason_count - 1; i > place; i--) {
            candidate.contributions[i] = candidate.contributions[i - 1];
            candidate.reasons[i] = candidate.reasons[i - 1];
        }
        candidate.contributions[place] = contribution;
        candidate.reasons[place] = seed;
    }

    Candidate* candidates_ = nullptr;
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
