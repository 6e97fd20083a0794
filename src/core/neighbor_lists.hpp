// The best neighbors found so far of each product. Several threads may offer at once.
//
// A list keeps its candidates in no order, in a room larger than k; when the room is full, the best k stay and the
// worst of their scores becomes the threshold that later candidates have to reach. What is left in the end are the k
// best of all that were offered, so neither threads nor the order of offers change the result.
#pragma once

#include <algorithm>
#include <atomic>
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

inline bool better(const Neighbor& a, const Neighbor& b) {
    return a.score > b.score || (a.score == b.score && a.product < b.product);
}

// The k best go to the front of a full room; returns the worst score among them.
inline double keep_best(std::span<Neighbor> room, std::size_t kept) {
    const auto last_kept = room.begin() + static_cast<std::ptrdiff_t>(kept - 1);
    std::nth_element(room.begin(), last_kept, room.end(), better);
    return last_kept->score;
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
    double offer(std::size_t product, const Neighbor& candidate) {
        State& state = states_[product];
        const Lock lock(state);
        if (candidate.score >= state.threshold) {
            neighbors_[product * room_ + state.size] = candidate;
            if (++state.size == room_) {
                state.threshold = keep_best(room_of(product), kept_);
                state.size = static_cast<std::uint32_t>(kept_);
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
        if (state.size > kept_) {
            keep_best(room, kept_);
            state.size = static_cast<std::uint32_t>(kept_);
        }
        std::sort(room.begin(), room.begin() + state.size, better);
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
        if (candidate.score < threshold_)
            return;
        room_[filled_++] = candidate;
        if (filled_ == room_.size()) {
            threshold_ = keep_best(room_, kept_);
            filled_ = kept_;
        }
    }
    void hand_to(NeighborLists& lists, std::size_t product) const {
        for (const auto& neighbor : room_.first(filled_))
            lists.offer(product, neighbor);
    }

private:
    std::span<Neighbor> room_;
    std::size_t kept_;
    std::size_t filled_ = 0;
    double threshold_;
};

}  // namespace shopsmart::core
