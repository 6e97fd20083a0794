// The best neighbors found so far of each product. Several threads may offer at once.
//
// A neighbor with a negative score speaks against its product, and says as much as one with the same score above zero.
//
// A list keeps its candidates in no order, in a room larger than k; when the room is full, the best k stay and the
// worst of their scores becomes the threshold that later candidates have to reach. What is left in the end are the k
// best of all that were offered, so neither threads nor the order of offers change the result.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>

#include "core/memory_budget.hpp"

namespace shopsmart::core {

struct Neighbor {
    double score;
    std::uint32_t product;   // rank among all products in ascending id, so that ties are decided by id
    std::uint32_t co_count;
};

inline double strength(const Neighbor& neighbor) { return std::abs(neighbor.score); }

inline bool better(const Neighbor& a, const Neighbor& b) {
    return strength(a) > strength(b) || (strength(a) == strength(b) && a.product < b.product);
}

// What stays of a full room: at least the k best, in front; those weaker than the threshold cannot be among them.
struct Kept {
    std::size_t size;
    double threshold;
};

// A threshold is found by halving the range of strengths and counting, which needs no branches; only when many
// are equal, or nearly, the k best are selected one by one.
inline Kept keep_best(std::span<Neighbor> room, std::size_t k, double threshold) {
    constexpr int kHalvings = 12;
    double low = threshold;
    double high = 0;
    for (const auto& neighbor : room)
        high = std::max(high, strength(neighbor));
    for (int halving = 0; halving < kHalvings; ++halving) {
        const double middle = (low + high) / 2;
        std::size_t reached = 0;
        for (const auto& neighbor : room)
            reached += strength(neighbor) >= middle;
        if (reached < k) {
            high = middle;
        } else if (reached > k + k / 8) {
            low = middle;
        } else {
            std::size_t size = 0;
            for (const Neighbor neighbor : room) {
                room[size] = neighbor;
                size += strength(neighbor) >= middle;
            }
            return {size, middle};
        }
    }
    const auto worst = room.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(room.begin(), worst, room.end(), better);
    return {k, strength(*worst)};
}

class NeighborLists {
public:
    NeighborLists() = default;
    NeighborLists(MemoryBudget& budget, std::size_t products, std::size_t kept)
        : kept_(kept),
          room_(room_for(kept)),
          states_(budget, products, State{0, 0, 0}),
          neighbors_(budget, checked_bytes(products, room_)) {}
    static std::size_t bytes_for(std::size_t products, std::size_t kept) {
        return products * (sizeof(State) + room_for(kept) * sizeof(Neighbor));
    }

    std::size_t products() const noexcept { return states_.size(); }
    std::size_t kept() const noexcept { return kept_; }

    // Returns the threshold of the list afterwards.
    double offer(std::size_t product, std::span<const Neighbor> candidates) {
        State& state = states_[product];
        const auto room = room_of(product);
        const Lock lock(state);
        for (const auto& candidate : candidates) {
            if (strength(candidate) < state.threshold)
                continue;
            room[state.size] = candidate;
            if (++state.size == room_) {
                const Kept kept = keep_best(room, kept_, state.threshold);
                state.size = static_cast<std::uint32_t>(kept.size);
                state.threshold = kept.threshold;
            }
        }
        return state.threshold;
    }

    double threshold(std::size_t product) {
        const Lock lock(states_[product]);
        return states_[product].threshold;
    }

    // Sorts a list, when nobody offers any more.
    void finish(std::size_t product) {
        State& state = states_[product];
        const auto room = room_of(product).first(state.size);
        std::sort(room.begin(), room.end(), better);
        state.size = static_cast<std::uint32_t>(std::min<std::size_t>(state.size, kept_));
    }
    // Best first, once finished.
    std::span<const Neighbor> best(std::size_t product) const {
        return {neighbors_.begin() + product * room_, states_[product].size};
    }

private:
    struct State {
        double threshold;
        std::uint32_t size;
        std::uint32_t locked;
    };

    // Held for some ten nanoseconds, rarely for a microsecond.
    class Lock {
    public:
        explicit Lock(State& state) : locked_(state.locked) {
            while (locked_.exchange(1, std::memory_order_acquire) != 0)
                std::this_thread::yield();
        }
        ~Lock() { locked_.store(0, std::memory_order_release); }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        std::atomic_ref<std::uint32_t> locked_;
    };

    static std::size_t room_for(std::size_t kept) { return kept + std::max<std::size_t>(kept / 2, 8); }
    std::span<Neighbor> room_of(std::size_t product) { return {neighbors_.begin() + product * room_, room_}; }

    std::size_t kept_ = 0;
    std::size_t room_ = 0;
    Buffer<State> states_;
    Buffer<Neighbor> neighbors_;
};

// The best neighbors of the one product that a thread works on.
class OwnNeighbors {
public:
    static std::size_t room_for(std::size_t kept) { return 2 * kept; }

    OwnNeighbors(std::span<Neighbor> room, std::size_t kept, double threshold)
        : room_(room), kept_(kept), threshold_(threshold) {}

    double threshold() const noexcept { return threshold_; }
    void offer(const Neighbor& candidate) {
        if (strength(candidate) < threshold_)
            return;
        room_[filled_++] = candidate;
        if (filled_ == room_.size()) {
            const Kept kept = keep_best(room_, kept_, threshold_);
            filled_ = kept.size;
            threshold_ = kept.threshold;
        }
    }
    std::span<const Neighbor> best() const noexcept { return room_.first(filled_); }

private:
    std::span<Neighbor> room_;
    std::size_t kept_;
    std::size_t filled_ = 0;
    double threshold_;
};

}  // namespace shopsmart::core
