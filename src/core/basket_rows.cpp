#include "core/basket_rows.hpp"

#include <algorithm>

namespace shopsmart::core {

namespace {

// Lines kept in memory are read again for each range, which is cheap: small ranges keep the peak low.
constexpr std::size_t kRangeBytesOfKeptLines = std::size_t{128} << 20;
constexpr std::uint32_t kUsersPerTask = 1024;
constexpr std::uint64_t kMostBaskets = 0x7fffffffU;  // co-counts are handed over as 32-bit integers

}  // namespace

BasketRows::BasketRows(BuildContext& context, EventCensus& census) : context_(context), census_(census) {
    if (census.basket_lines() > kMostBaskets)
        throw LimitExceeded("more than 2147483647 basket lines in the look-back");
    for (std::uint32_t user = 0; user < census.users(); ++user)
        most_lines_ = std::max(most_lines_, census.user_tally(user).basket_lines);
}

SparseRows<std::uint32_t> BasketRows::rows(const ColumnSet& set) {
    // There are no more baskets than lines; rows past the last basket stay empty.
    std::uint64_t entries = 0;
    for (std::uint32_t product = 0; product < census_.products(); ++product)
        if (set.column_of_product[product] != kNoColumn)
            entries += entries_of(product);
    SparseRows<std::uint32_t> rows(context_.budget, census_.basket_lines(), entries);
    Buffer<std::uint32_t> last_basket(context_.budget, set.columns(), 0U);
    Buffer<Extent> lines_of_user(context_.budget, census_.users(), Extent{0, 0});
    for (std::uint32_t user = 0; user < census_.users(); ++user)
        lines_of_user[census_.user_rank(user)].end = census_.user_tally(user).basket_lines;

    baskets_ = 0;
    filled_ = 0;
    std::size_t bytes = context_.budget.available();
    if (!census_.basket_log().given_up())
        bytes = std::min(bytes, kRangeBytesOfKeptLines);
    for (Range range{0, 0, 0}; range.last < census_.users();) {
        range = next_range(range.last, lines_of_user.view(), bytes);
        const auto lines = lines_of(range, lines_of_user.view());
        append_baskets(range, lines_of_user.view(), lines.view(), set, last_basket.view(), rows);
    }
    census_.basket_log().give_up();
    context_.report.baskets = baskets_;
    return rows;
}

BasketRows::Range BasketRows::next_range(std::uint32_t first, std::span<const Extent> lines_of_user,
                                         std::size_t bytes) const {
    Range range{first, first, 0};
    while (range.last < lines_of_user.size()) {
        const std::uint64_t lines = range.lines + lines_of_user[range.last].end;
        if (range.last != first && lines * sizeof(BasketLine) > bytes)
            break;
        range.lines = lines;
        ++range.last;
    }
    return range;
}

// The lines of a range of users, user after user, each by session and time.
Buffer<BasketLine> BasketRows::lines_of(const Range& range, std::span<Extent> lines_of_user) {
    Buffer<BasketLine> lines(context_.budget, range.lines);
    const auto extents = lines_of_user.subspan(range.first, range.last - range.first);
    open_rows(extents);
    const auto take = [&](const BasketLine& line) {
        const std::uint32_t place = census_.user_rank(line.user) - range.first;
        if (place < extents.size())
            lines[extents[place].end++] = line;
    };
    const auto& log = census_.basket_log();
    if (log.given_up())
        census_.rescan_basket_lines(take);
    else
        context_.run_alone(census_.basket_lines(), [&](const CancelToken& cancel) {
            for (std::size_t at = 0; at < log.chunks(); ++at) {
                cancel.check();
                std::ranges::for_each(log.chunk(at), take);
            }
        });

    context_.run((extents.size() + kUsersPerTask - 1) / kUsersPerTask,
                 [&](std::size_t task, unsigned, const CancelToken& cancel) {
                     const std::size_t first = task * kUsersPerTask;
                     for (const auto& extent : extents.subspan(first, std::min<std::size_t>(kUsersPerTask, extents.size() - first))) {
                         cancel.check();
                         std::sort(lines.begin() + extent.begin, lines.begin() + extent.end,
                                   [](const BasketLine& a, const BasketLine& b) {
                                       return a.session < b.session || (a.session == b.session && a.time_us < b.time_us);
                                   });
                     }
                 });
    return lines;
}

void BasketRows::append_baskets(const Range& range, std::span<const Extent> lines_of_user,
                                std::span<const BasketLine> lines, const ColumnSet& set,
                                std::span<std::uint32_t> last_basket, SparseRows<std::uint32_t>& rows) {
    const auto span_us = static_cast<std::uint64_t>(context_.options.basket_span_us);
    context_.run_alone(lines.size(), [&](const CancelToken& cancel) {
        for (std::uint32_t rank = range.first; rank < range.last; ++rank) {
            if (rank % kUsersPerTask == 0)
                cancel.check();
            const Extent extent = lines_of_user[rank];
            const BasketLine* start = nullptr;
            for (const auto& line : lines.subspan(extent.begin, extent.length())) {
                // Times ascend, so the unsigned difference is right even across the whole range of times.
                if (start == nullptr || line.session != start->session ||
                    static_cast<std::uint64_t>(line.time_us) - static_cast<std::uint64_t>(start->time_us) > span_us) {
                    start = &line;
                    rows.extents[baskets_++] = Extent{filled_, filled_};
                }
                const std::uint32_t column = set.column_of_product[line.product];
                if (column == kNoColumn || last_basket[column] == baskets_)
                    continue;
                last_basket[column] = baskets_;
                rows.entries[filled_++] = Entry<std::uint32_t>{column, 1};
                rows.extents[baskets_ - 1].end = filled_;
            }
        }
    });
}

std::size_t BasketRows::working_bytes(std::uint64_t entries, std::size_t columns) const {
    return result_bytes(entries) + columns * sizeof(std::uint32_t) + census_.users() * sizeof(Extent) +
           most_lines_ * sizeof(BasketLine);
}

std::size_t BasketRows::result_bytes(std::uint64_t entries) const {
    return SparseRows<std::uint32_t>::bytes_for(census_.basket_lines(), entries);
}

}  // namespace shopsmart::core
