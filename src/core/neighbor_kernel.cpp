#include "core/neighbor_kernel.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "core/sum_scan.hpp"

namespace shopsmart::core {

namespace {

// A first look that multiplies by an inverse norm is off by a few units in the last place at most.
constexpr double kFirstLookSlack = 1 - 1e-12;
// A table with less than one addition in so many columns is read through the list of columns touched.
constexpr std::size_t kSparseBelow = 8;
// Beyond rounding, a cosine is at most 1; more comes of weights so far apart that their squares underflow.
constexpr double kImpossibleScore = 2;
constexpr std::size_t kAdditionsPerCheck = std::size_t{1} << 18;
constexpr std::size_t kPrefetchExtents = 16;
constexpr std::size_t kPrefetchEntries = 8;

// Dot product above the co-count in one word.
class PackedSums {
public:
    PackedSums(std::byte* memory, std::size_t, unsigned shift)
        : words_(reinterpret_cast<std::uint64_t*>(memory)), shift_(shift) {}

    std::uint64_t factor(std::uint32_t weight) const { return std::uint64_t{weight} << shift_; }
    bool empty(std::uint32_t column) const { return words_[column] == 0; }
    void add(std::uint32_t column, std::uint64_t factor, std::uint32_t weight) { words_[column] += factor * weight + 1; }
    void clear(std::uint32_t column) { words_[column] = 0; }
    double dot(std::uint32_t column) const { return dot_of(words_[column]); }
    std::uint32_t count(std::uint32_t column) const { return count_of(words_[column]); }

    // Calls take(column, dot, count) for each column of a filled table that passes the filter, and clears the table.
    // The filter's limit is asked for again now and then, as it rises.
    template <class Limit, class Take>
    void drain(std::size_t columns, const double* inverse_norms, std::uint32_t min_count, const Limit& limit,
               const Take& take) {
        const ScanSums scan = scan_versions().back();
        std::array<SumHit, kColumnsAtATime + 1> hits;
        const std::size_t padded = padded_columns(columns);
        for (std::size_t first = 0; first < padded; first += kColumnsAtATime) {
            const std::size_t last = std::min(first + kColumnsAtATime, padded);
            const std::size_t found =
                scan(words_, inverse_norms, first, last, SumFilter{shift_, min_count, limit()}, hits.data());
            for (const auto& hit : std::span(hits).first(found))
                take(static_cast<std::uint32_t>(hit.column), dot_of(hit.word), count_of(hit.word));
        }
    }

private:
    static constexpr std::size_t kColumnsAtATime = 512;

    double dot_of(std::uint64_t word) const { return static_cast<double>(word >> shift_); }
    std::uint32_t count_of(std::uint64_t word) const {
        return static_cast<std::uint32_t>(word & ((std::uint64_t{1} << shift_) - 1));
    }

    std::uint64_t* words_;
    unsigned shift_;
};

class PlainSums {
public:
    static constexpr std::size_t kBytesPerColumn = sizeof(double) + sizeof(std::uint32_t);

    PlainSums(std::byte* memory, std::size_t columns, unsigned)
        : dots_(reinterpret_cast<double*>(memory)), counts_(reinterpret_cast<std::uint32_t*>(dots_ + columns)) {}

    template <class Weight>
    double factor(Weight weight) const {
        return static_cast<double>(weight);
    }
    bool empty(std::uint32_t column) const { return counts_[column] == 0; }
    template <class Weight>
    void add(std::uint32_t column, double factor, Weight weight) {
        dots_[column] += factor * static_cast<double>(weight);
        ++counts_[column];
    }
    void clear(std::uint32_t column) {
        dots_[column] = 0;
        counts_[column] = 0;
    }
    double dot(std::uint32_t column) const { return dots_[column]; }
    std::uint32_t count(std::uint32_t column) const { return counts_[column]; }

    template <class Limit, class Take>
    void drain(std::size_t columns, const double* inverse_norms, std::uint32_t min_count, const Limit& limit,
               const Take& take) {
        for (std::uint32_t column = 0; column < columns; ++column) {
            if (counts_[column] >= min_count && dots_[column] * inverse_norms[column] >= limit())
                take(column, dots_[column], counts_[column]);
            clear(column);
        }
    }

private:
    double* dots_;
    std::uint32_t* counts_;
};

// Bits for the co-count if it and the dot product fit one word, else 0. By Cauchy and Schwarz no dot product exceeds
// the largest square. A dot product of at most 52 bits is exact as a double, too.
unsigned packed_shift(std::uint32_t largest_count, double largest_square) {
    if (!(largest_square < 0x1p52))
        return 0;
    const auto count_bits = static_cast<unsigned>(std::bit_width(largest_count));
    const auto dot_bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(largest_square)));
    return count_bits + dot_bits <= 64 ? count_bits : 0;
}

// Memory of one worker.
struct Scratch {
    std::byte* sums;
    std::uint32_t* touched;
    std::span<Neighbor> room;
};

template <class Sums, class Weight>
class Search {
public:
    Search(const BuildContext& context, const NeighborTargets<Weight>& targets,
           const NeighborCandidates<Weight>& candidates, NeighborLists& lists, unsigned shift)
        : min_co_count_(context.options.min_co_count),
          targets_(targets),
          candidates_(candidates),
          lists_(lists),
          shift_(shift) {}

    void run(std::size_t target, const Scratch& scratch, std::uint64_t additions, const CancelToken& cancel) {
        Sums sums(scratch.sums, candidates_.columns(), shift_);
        const auto found = lists_.of(target);
        std::copy(found.begin(), found.end(), scratch.room.begin());
        TopK best(scratch.room, lists_.kept, found.size());
        const double norm = std::sqrt(targets_.squares[target]);
        const auto limit = [&] { return best.threshold() * norm * kFirstLookSlack; };
        const auto offer = [&](std::uint32_t column, double dot, std::uint32_t count) {
            evaluate(target, column, dot, count, best);
        };
        if (additions * kSparseBelow < candidates_.columns()) {
            for (const std::uint32_t column : add_rows_listing(target, sums, scratch.touched)) {
                if (sums.count(column) >= min_co_count_ &&
                    sums.dot(column) * candidates_.inverse_norms[column] >= limit())
                    offer(column, sums.dot(column), sums.count(column));
                sums.clear(column);
            }
        } else {
            add_rows(target, sums, cancel);
            sums.drain(candidates_.columns(), candidates_.inverse_norms.begin(), min_co_count_, limit, offer);
        }
        const auto kept = best.finish();
        std::copy(kept.begin(), kept.end(), lists_.places(target).begin());
        lists_.sizes[target - lists_.first] = static_cast<std::uint32_t>(kept.size());
    }

private:
    void prefetch(std::span<const Entry<Weight>> users, std::size_t at) const {
        if (at + kPrefetchExtents < users.size())
            __builtin_prefetch(&candidates_.rows.extents[users[at + kPrefetchExtents].column]);
        if (at + kPrefetchEntries < users.size()) {
            const Extent extent = candidates_.rows.extents[users[at + kPrefetchEntries].column];
            const auto* entry = candidates_.rows.entries.begin() + extent.begin;
            for (std::uint32_t ahead = 0; ahead < std::min(extent.length(), 64U); ahead += 64 / sizeof(*entry))
                __builtin_prefetch(entry + ahead);
        }
    }

    void add_rows(std::size_t target, Sums& sums, const CancelToken& cancel) const {
        const auto users = targets_.users.row(target);
        std::size_t additions = 0;
        for (std::size_t at = 0; at < users.size(); ++at) {
            prefetch(users, at);
            const auto row = candidates_.rows.row(users[at].column);
            const auto factor = sums.factor(users[at].weight);
            for (const auto& entry : row)
                sums.add(entry.column, factor, entry.weight);
            additions += row.size();
            if (additions >= kAdditionsPerCheck) {
                cancel.check();
                additions = 0;
            }
        }
    }

    // Returns the columns that were hit.
    std::span<const std::uint32_t> add_rows_listing(std::size_t target, Sums& sums, std::uint32_t* touched) const {
        const auto users = targets_.users.row(target);
        std::size_t listed = 0;
        for (std::size_t at = 0; at < users.size(); ++at) {
            prefetch(users, at);
            const auto factor = sums.factor(users[at].weight);
            for (const auto& entry : candidates_.rows.row(users[at].column)) {
                touched[listed] = entry.column;
                listed += sums.empty(entry.column);
                sums.add(entry.column, factor, entry.weight);
            }
        }
        return {touched, listed};
    }

    void evaluate(std::size_t target, std::uint32_t column, double dot, std::uint32_t count, TopK& best) const {
        const std::uint32_t rank = candidates_.ranks[column];
        if (rank == targets_.ranks[target])
            return;
        const double score = dot / std::sqrt(targets_.squares[target] * candidates_.squares[column]);
        if (score > 0 && score < kImpossibleScore)
            best.offer(Neighbor{score, rank, count});
    }

    std::uint32_t min_co_count_;
    const NeighborTargets<Weight>& targets_;
    const NeighborCandidates<Weight>& candidates_;
    NeighborLists& lists_;
    unsigned shift_;
};

std::size_t sums_bytes(std::size_t columns) {
    return padded_columns(columns) * PlainSums::kBytesPerColumn;
}

struct Job {
    std::uint64_t additions;
    std::uint32_t target;
};

}  // namespace

std::size_t neighbor_scratch_bytes(unsigned threads, std::size_t columns, std::size_t kept, std::size_t targets) {
    return targets * sizeof(Job) + threads * (sums_bytes(columns) + (columns / kSparseBelow + 1) * sizeof(std::uint32_t) +
                                              TopK::room_for(kept) * sizeof(Neighbor));
}

template <class Weight>
void find_neighbors(BuildContext& context, const NeighborTargets<Weight>& targets,
                    const NeighborCandidates<Weight>& candidates, NeighborLists& lists) {
    const std::size_t columns = candidates.columns();
    const std::size_t count = lists.sizes.size();
    const unsigned workers = context.team.size();
    const std::size_t touched_room = columns / kSparseBelow + 1;
    const std::size_t room = TopK::room_for(lists.kept);
    Buffer<std::byte> sums(context.budget, checked_bytes(workers, sums_bytes(columns)), std::byte{0});
    Buffer<std::uint32_t> touched(context.budget, checked_bytes(workers, touched_room));
    Buffer<Neighbor> rooms(context.budget, checked_bytes(workers, room));

    // The longest jobs first, so that no thread is left alone with one at the end.
    Buffer<Job> jobs(context.budget, count);
    for (std::size_t at = 0; at < count; ++at) {
        std::uint64_t additions = 0;
        for (const auto& user : targets.users.row(lists.first + at))
            additions += candidates.rows.extents[user.column].length();
        jobs[at] = Job{additions, static_cast<std::uint32_t>(lists.first + at)};
    }
    std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
        return a.additions > b.additions || (a.additions == b.additions && a.target < b.target);
    });

    const std::uint64_t done_before = context.done;
    const auto on_progress = [&](std::size_t done) {
        context.done = done_before + done;
        context.tick();
    };
    const auto search_with = [&](auto search) {
        context.team.run(
            count,
            [&](std::size_t task, unsigned worker, const CancelToken& cancel) {
                const Scratch scratch{sums.data() + worker * sums_bytes(columns), touched.data() + worker * touched_room,
                                      rooms.view().subspan(worker * room, room)};
                search.run(jobs[task].target, scratch, jobs[task].additions, cancel);
            },
            on_progress);
    };
    if constexpr (std::is_integral_v<Weight>) {
        const unsigned shift = packed_shift(std::max(targets.largest_count, candidates.largest_count),
                                            std::max(targets.largest_square, candidates.largest_square));
        if (shift != 0) {
            search_with(Search<PackedSums, Weight>(context, targets, candidates, lists, shift));
            context.done = done_before + count;
            return;
        }
    }
    search_with(Search<PlainSums, Weight>(context, targets, candidates, lists, 0));
    context.done = done_before + count;
}

template void find_neighbors(BuildContext&, const NeighborTargets<std::uint32_t>&,
                             const NeighborCandidates<std::uint32_t>&, NeighborLists&);
template void find_neighbors(BuildContext&, const NeighborTargets<double>&, const NeighborCandidates<double>&,
                             NeighborLists&);

}  // namespace shopsmart::core
