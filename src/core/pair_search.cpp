#include "core/pair_search.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/pair_sums.hpp"

namespace shopsmart::core {

namespace {

// A first look multiplies by an inverse norm and a threshold that were rounded to floats.
constexpr double kFirstLookSlack = 1 - 1e-6;
// A table with less than one addition in so many columns is read through the list of columns touched.
constexpr std::size_t kSparseBelow = 8;
constexpr std::size_t kAdditionsPerCheck = std::size_t{1} << 18;
constexpr std::size_t kPrefetchDistance = 8;

// Entries of rows in 32 bits: the column below the weight. The weight is used where it stands, times 2^weight_shift.
class PackedCodec {
public:
    using Word = std::uint32_t;

    explicit PackedCodec(std::size_t columns) : bits_(static_cast<unsigned>(std::bit_width(columns))) {}
    static bool fits(std::size_t columns, double largest_weight) {
        return std::bit_width(columns) + std::bit_width(static_cast<std::uint64_t>(largest_weight)) <= 32;
    }
    unsigned weight_shift() const { return bits_; }
    Word word(std::uint32_t column, std::uint32_t weight) const { return weight << bits_ | column; }
    std::uint32_t column(Word word) const { return word & ((Word{1} << bits_) - 1); }
    std::uint32_t weight(Word word) const { return word & ~((Word{1} << bits_) - 1); }

private:
    unsigned bits_;
};

template <class Weight>
class WideCodec {
public:
    using Word = Entry<Weight>;

    explicit WideCodec(std::size_t) {}
    unsigned weight_shift() const { return 0; }
    Word word(std::uint32_t column, Weight weight) const { return {column, weight}; }
    std::uint32_t column(Word word) const { return word.column; }
    Weight weight(Word word) const { return word.weight; }
};

// Memory of one worker.
struct Scratch {
    std::byte* sums;
    std::uint32_t* touched;
    float* thresholds;  // of the other lists, as this worker last saw them, with slack
    std::span<Neighbor> room;
};

class ScratchRoom {
public:
    ScratchRoom(BuildContext& context, std::size_t columns, std::size_t kept, float threshold)
        : columns_(columns),
          room_(OwnNeighbors::room_for(kept)),
          sums_(context.budget, checked_bytes(context.team.size(), sums_bytes(columns)), std::byte{0}),
          touched_(context.budget, checked_bytes(context.team.size(), touched_room(columns))),
          thresholds_(context.budget, checked_bytes(context.team.size(), padded_columns(columns)), threshold),
          rooms_(context.budget, checked_bytes(context.team.size(), room_)) {}

    Scratch of(unsigned worker) {
        return {sums_.data() + worker * sums_bytes(columns_), touched_.data() + worker * touched_room(columns_),
                thresholds_.data() + worker * padded_columns(columns_), rooms_.view().subspan(worker * room_, room_)};
    }
    // One more than can be listed: the list is written without asking.
    static std::size_t touched_room(std::size_t columns) { return columns / kSparseBelow + 1; }

private:
    std::size_t columns_;
    std::size_t room_;
    Buffer<std::byte> sums_;
    Buffer<std::uint32_t> touched_;
    Buffer<float> thresholds_;
    Buffer<Neighbor> rooms_;
};

// Scores of a pair, in the list of the one and in that of the other.
struct BothScores {
    double own;
    double other;
};

// The score as a type, so that plain cosine is compiled into the search.
class CosineScore {
public:
    explicit CosineScore(const PairScore&) {}
    double one(double dot, std::uint32_t, const ProductFacts& targets, std::size_t own, const ProductFacts& candidates,
               std::size_t other) const {
        return cosine_of(dot, targets.squares[own], candidates.squares[other]);
    }
    BothScores both(double dot, std::uint32_t count, const ProductFacts& facts, std::size_t own, std::size_t other) const {
        const double score = one(dot, count, facts, own, facts, other);
        return {score, score};
    }
};

class AnyScore {
public:
    explicit AnyScore(const PairScore& score) : score_(score) {}
    double one(double dot, std::uint32_t count, const ProductFacts& targets, std::size_t own, const ProductFacts& candidates,
               std::size_t other) const {
        return score_.of(dot, count, targets.squares[own], candidates.squares[other], targets.sides[own],
                         candidates.sides[other]);
    }
    BothScores both(double dot, std::uint32_t count, const ProductFacts& facts, std::size_t own, std::size_t other) const {
        return {one(dot, count, facts, own, facts, other), one(dot, count, facts, other, facts, own)};
    }

private:
    const PairScore& score_;
};

float with_slack(double threshold) {
    return static_cast<float>(threshold * kFirstLookSlack);
}

// Rows in ascending columns, and of each column where the rows begin that it has to read.
template <class Weight, class Codec>
struct PairRows {
    Codec codec;
    SparseRows<Weight> readers;          // of each column; the entry's column is the begin of a row
    Buffer<typename Codec::Word> words;  // a row ends for a column where it meets itself
    Buffer<std::uint64_t> additions;     // of each column
};

template <class Weight, class Codec>
PairRows<Weight, Codec> pair_rows(BuildContext& context, SparseRows<Weight> users, std::size_t rows) {
    PairRows<Weight, Codec> result{Codec(users.rows()), std::move(users), {}, {}};
    auto& readers = result.readers;
    Buffer<std::uint32_t> begins(context.budget, rows, 0U);
    Buffer<std::uint32_t> ends(context.budget, rows);
    result.words = Buffer<typename Codec::Word>(context.budget, readers.entries.size());
    result.additions = Buffer<std::uint64_t>(context.budget, readers.rows(), 0U);
    context.run_alone(readers.entries.size() + rows, [&](const CancelToken& cancel) {
        for (const auto& entry : readers.entries)
            ++begins[entry.column];
        std::uint32_t begin = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint32_t length = begins[row];
            begins[row] = ends[row] = begin;
            begin += length;
        }
        for (std::uint32_t column = 0; column < readers.rows(); ++column) {
            cancel.check();
            std::uint32_t kept = readers.extents[column].begin;
            for (const auto& entry : readers.row(column)) {
                const std::uint32_t row_begin = begins[entry.column];
                const std::uint32_t place = ends[entry.column]++;
                result.words[place] = result.codec.word(column, entry.weight);
                result.additions[column] += place - row_begin;
                if (place != row_begin)
                    readers.entries[kept++] = Entry<Weight>{row_begin, entry.weight};
            }
            readers.extents[column].end = kept;
        }
    });
    return result;
}

template <class Sums, class Weight, class Codec, class Score>
class PairSearch {
public:
    PairSearch(const BuildContext& context, const PairRows<Weight, Codec>& rows, const ProductFacts& facts,
               const PairScore& score, NeighborLists& lists, unsigned shift)
        : min_co_count_(context.min_co_count()),
          rows_(rows),
          facts_(facts),
          score_(score),
          lists_(lists),
          shift_(shift) {}

    void run(std::uint32_t own, const Scratch& scratch, const CancelToken& cancel) const {
        const Sums sums(scratch.sums, facts_.columns(), shift_);
        const double own_square = facts_.squares[own];
        const std::uint32_t own_rank = facts_.ranks[own];
        OwnNeighbors best(scratch.room, lists_.kept(), lists_.threshold(own));
        const auto offer = [&](std::uint32_t other, double dot, std::uint32_t count) {
            const BothScores scores = score_.both(dot, count, facts_, own, other);
            if (!(scores.own > 0))
                return;
            best.offer(Neighbor{scores.own, facts_.ranks[other], count});
            const Neighbor offered{scores.other, own_rank, count};
            if (scores.other >= static_cast<double>(scratch.thresholds[other]))
                scratch.thresholds[other] = with_slack(lists_.offer(other, {&offered, 1}));
        };
        if (rows_.additions[own] * kSparseBelow < own) {
            for (const std::uint32_t other : add_rows_listing(own, sums, scratch.touched)) {
                if (sums.count(other) >= min_co_count_)
                    offer(other, sums.dot(other), sums.count(other));
                sums.clear(other);
            }
        } else {
            add_rows(own, sums, cancel);
            const double own_norm = std::sqrt(own_square);
            const PairFilter filter{min_co_count_, own_norm, facts_.inverse_norms.begin(), scratch.thresholds};
            sums.drain(own, filter, [&] { return best.threshold() * own_norm * kFirstLookSlack; }, offer);
        }
        lists_.offer(own, best.best());
    }

private:
    using Word = typename Codec::Word;

    static void prefetch(std::span<const Entry<Weight>> readers, const Word* words, std::size_t at) {
        constexpr std::size_t kLine = 64 / sizeof(Word);
        if (at + kPrefetchDistance >= readers.size())
            return;
        const Word* row = words + readers[at + kPrefetchDistance].column;
        __builtin_prefetch(row);
        __builtin_prefetch(row + kLine);
        __builtin_prefetch(row + 2 * kLine);
    }

    void add_rows(std::uint32_t own, const Sums sums, const CancelToken& cancel) const {
        const auto readers = rows_.readers.row(own);
        const Word* const words = rows_.words.begin();
        const Codec codec = rows_.codec;
        std::size_t additions = 0;
        for (std::size_t at = 0; at < readers.size(); ++at) {
            prefetch(readers, words, at);
            const auto factor = sums.factor(readers[at].weight, codec.weight_shift());
            const Word* const row = words + readers[at].column;
            const Word* word = row;
            for (std::uint32_t column = codec.column(*word); column < own; column = codec.column(*++word))
                sums.add(column, factor, codec.weight(*word));
            additions += static_cast<std::size_t>(word - row);
            if (additions >= kAdditionsPerCheck) {
                cancel.check();
                additions = 0;
            }
        }
    }

    // Returns the columns that were hit.
    std::span<const std::uint32_t> add_rows_listing(std::uint32_t own, const Sums sums, std::uint32_t* touched) const {
        const auto readers = rows_.readers.row(own);
        const Word* const words = rows_.words.begin();
        const Codec codec = rows_.codec;
        std::size_t listed = 0;
        for (std::size_t at = 0; at < readers.size(); ++at) {
            prefetch(readers, words, at);
            const auto factor = sums.factor(readers[at].weight, codec.weight_shift());
            const Word* word = words + readers[at].column;
            for (std::uint32_t column = codec.column(*word); column < own; column = codec.column(*++word)) {
                touched[listed] = column;
                listed += sums.empty(column);
                sums.add(column, factor, codec.weight(*word));
            }
        }
        return {touched, listed};
    }

    std::uint32_t min_co_count_;
    const PairRows<Weight, Codec>& rows_;
    const ProductFacts& facts_;
    Score score_;
    NeighborLists& lists_;
    unsigned shift_;
};

// One task for each list; progress is the number of lists done.
template <class Search>
void run_search(BuildContext& context, std::size_t lists, ScratchRoom& scratch, const Search& search) {
    const std::uint64_t done_before = context.done;
    context.team.run(
        lists,
        [&](std::size_t task, unsigned worker, const CancelToken& cancel) {
            search.run(static_cast<std::uint32_t>(task), scratch.of(worker), cancel);
        },
        [&](std::size_t done) {
            context.done = done_before + done;
            context.tick();
        });
    context.done = done_before + lists;
}

template <class Sums, class Codec, class Score, class Weight>
void search_pairs_with(BuildContext& context, SparseRows<Weight> users, std::size_t rows, const ProductFacts& facts,
                       const PairScore& score, NeighborLists& lists, unsigned shift) {
    const auto made = pair_rows<Weight, Codec>(context, std::move(users), rows);
    ScratchRoom scratch(context, facts.columns(), lists.kept(), 0);
    run_search(context, facts.columns(), scratch, PairSearch<Sums, Weight, Codec, Score>(context, made, facts, score, lists, shift));
}

template <class Sums, class Weight, class Score>
class BlockSearch {
public:
    BlockSearch(const BuildContext& context, const SparseRows<Weight>& users, const ProductFacts& targets,
                const SparseRows<Weight>& rows, const ProductFacts& candidates, const PairScore& score,
                NeighborLists& lists, unsigned shift)
        : min_co_count_(context.min_co_count()),
          users_(users),
          targets_(targets),
          rows_(rows),
          candidates_(candidates),
          score_(score),
          lists_(lists),
          shift_(shift) {}

    void run(std::uint32_t own, const Scratch& scratch, const CancelToken& cancel) const {
        const Sums sums(scratch.sums, candidates_.columns(), shift_);
        std::size_t additions = 0;
        for (const auto& user : users_.row(own)) {
            const auto factor = sums.factor(user.weight, 0);
            const auto row = rows_.row(user.column);
            for (const auto& entry : row)
                sums.add(entry.column, factor, entry.weight);
            additions += row.size() + 1;
            if (additions >= kAdditionsPerCheck) {
                cancel.check();
                additions = 0;
            }
        }
        const double own_square = targets_.squares[own];
        const double own_norm = std::sqrt(own_square);
        OwnNeighbors best(scratch.room, lists_.kept(), lists_.threshold(own));
        const PairFilter filter{min_co_count_, own_norm, candidates_.inverse_norms.begin(), scratch.thresholds};
        sums.drain(
            candidates_.columns(), filter, [&] { return best.threshold() * own_norm * kFirstLookSlack; },
            [&](std::uint32_t other, double dot, std::uint32_t count) {
                const double score = score_.one(dot, count, targets_, own, candidates_, other);
                if (score > 0 && candidates_.ranks[other] != targets_.ranks[own])
                    best.offer(Neighbor{score, candidates_.ranks[other], count});
            });
        lists_.offer(own, best.best());
    }

private:
    std::uint32_t min_co_count_;
    const SparseRows<Weight>& users_;
    const ProductFacts& targets_;
    const SparseRows<Weight>& rows_;
    const ProductFacts& candidates_;
    Score score_;
    NeighborLists& lists_;
    unsigned shift_;
};

}  // namespace

std::size_t ProductFacts::bytes_for(std::size_t columns, const PairScore& score) {
    const std::size_t side = score.is_plain_cosine() ? 0 : sizeof(PairSide);
    return padded_columns(columns) * (sizeof(std::uint32_t) + sizeof(double) + sizeof(float) + side);
}

std::size_t search_bytes(unsigned threads, std::size_t columns, std::size_t kept) {
    return threads * (sums_bytes(columns) + ScratchRoom::touched_room(columns) * sizeof(std::uint32_t) +
                      padded_columns(columns) * sizeof(float) + OwnNeighbors::room_for(kept) * sizeof(Neighbor));
}

template <class Weight>
std::size_t pair_rows_bytes(std::size_t rows, std::uint64_t entries, std::size_t columns) {
    return rows * 2 * sizeof(std::uint32_t) + entries * sizeof(Entry<Weight>) + columns * sizeof(std::uint64_t);
}

template <class Weight>
void search_pairs(BuildContext& context, SparseRows<Weight> users, std::size_t rows, const ProductFacts& facts,
                  const PairScore& score, NeighborLists& lists) {
    if (!score.is_plain_cosine()) {
        search_pairs_with<PlainSums, WideCodec<Weight>, AnyScore>(context, std::move(users), rows, facts, score, lists, 0);
        return;
    }
    if constexpr (std::is_integral_v<Weight>) {
        const unsigned weight_shift = PackedCodec(facts.columns()).weight_shift();
        const unsigned packed = PackedSums::shift_for(facts.largest_count, facts.largest_square, weight_shift);
        if (packed != 0 && PackedCodec::fits(facts.columns(), facts.largest_weight)) {
            search_pairs_with<PackedSums, PackedCodec, CosineScore>(context, std::move(users), rows, facts, score, lists,
                                                                    packed);
            return;
        }
        if (const unsigned wide = PackedSums::shift_for(facts.largest_count, facts.largest_square, 0); wide != 0) {
            search_pairs_with<PackedSums, WideCodec<Weight>, CosineScore>(context, std::move(users), rows, facts, score,
                                                                          lists, wide);
            return;
        }
    }
    search_pairs_with<PlainSums, WideCodec<Weight>, CosineScore>(context, std::move(users), rows, facts, score, lists, 0);
}

template <class Weight>
void search_block(BuildContext& context, const SparseRows<Weight>& users, const ProductFacts& targets,
                  const SparseRows<Weight>& rows, const ProductFacts& candidates, const PairScore& score,
                  NeighborLists& lists) {
    // No thresholds of others: a pair is offered to its target only.
    ScratchRoom scratch(context, candidates.columns(), lists.kept(), std::numeric_limits<float>::infinity());
    if (!score.is_plain_cosine()) {
        run_search(context, targets.columns(), scratch,
                   BlockSearch<PlainSums, Weight, AnyScore>(context, users, targets, rows, candidates, score, lists, 0));
        return;
    }
    if constexpr (std::is_integral_v<Weight>) {
        const unsigned shift = PackedSums::shift_for(std::max(targets.largest_count, candidates.largest_count),
                                                     std::max(targets.largest_square, candidates.largest_square), 0);
        if (shift != 0) {
            run_search(context, targets.columns(), scratch,
                       BlockSearch<PackedSums, Weight, CosineScore>(context, users, targets, rows, candidates, score, lists,
                                                                    shift));
            return;
        }
    }
    run_search(context, targets.columns(), scratch,
               BlockSearch<PlainSums, Weight, CosineScore>(context, users, targets, rows, candidates, score, lists, 0));
}

template void search_pairs(BuildContext&, SparseRows<std::uint32_t>, std::size_t, const ProductFacts&, const PairScore&,
                           NeighborLists&);
template void search_pairs(BuildContext&, SparseRows<double>, std::size_t, const ProductFacts&, const PairScore&,
                           NeighborLists&);
template std::size_t pair_rows_bytes<std::uint32_t>(std::size_t, std::uint64_t, std::size_t);
template std::size_t pair_rows_bytes<double>(std::size_t, std::uint64_t, std::size_t);
template void search_block(BuildContext&, const SparseRows<std::uint32_t>&, const ProductFacts&,
                           const SparseRows<std::uint32_t>&, const ProductFacts&, const PairScore&, NeighborLists&);
template void search_block(BuildContext&, const SparseRows<double>&, const ProductFacts&, const SparseRows<double>&,
                           const ProductFacts&, const PairScore&, NeighborLists&);

}  // namespace shopsmart::core
