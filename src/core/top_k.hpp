// The best neighbors of one product out of a stream of candidates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shopsmart::core {

struct Neighbor {
    double score;
    std::uint32_t product;   // place among all products in ascending id, so that ties are decided by id
    std::uint32_t co_count;
};

inline bool better(const Neighbor& a, const Neighbor& b) {
    return a.score > b.score || (a.score == b.score && a.product < b.product);
}

// Candidates go into a buffer of twice k; when it is full, the better half stays and its worst score becomes the
// threshold that later candidates have to reach.
class TopK {
public:
    static std::size_t room_for(std::size_t k) { return 2 * k; }

    // room: room_for(k) neighbors, of which the first `filled` (at most k) are candidates already.
    TopK(std::span<Neighbor> room, std::size_t k, std::size_t filled) : room_(room), k_(k), filled_(filled) {
        if (filled_ == k_)
            raise_threshold();
    }

    // A candidate with a smaller score cannot be among the best.
    double threshold() const noexcept { return threshold_; }

    void offer(const Neighbor& candidate) {
        if (candidate.score < threshold_)
            return;
        room_[filled_++] = candidate;
        if (filled_ == room_.size())
            shrink();
    }

    // Best first.
    std::span<Neighbor> finish() {
        if (filled_ > k_)
            shrink();
        const auto best = room_.first(filled_);
        std::sort(best.begin(), best.end(), better);
        return best;
    }

private:
    void shrink() {
        std::nth_element(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(k_ - 1),
                         room_.begin() + static_cast<std::ptrdiff_t>(filled_), better);
        filled_ = k_;
        threshold_ = room_[k_ - 1].score;
    }
    void raise_threshold() {
        threshold_ = std::min_element(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(k_),
                                      [](const Neighbor& a, const Neighbor& b) { return a.score < b.score; })
                         ->score;
    }

    std::span<Neighbor> room_;
    std::size_t k_;
    std::size_t filled_;
    double threshold_ = 0;
};

}  // namespace shopsmart::core
