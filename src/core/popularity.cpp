#include "core/popularity.hpp"

#include <algorithm>

namespace shopsmart::core {

void rank_popularity(BuildContext& context, const EventCensus& census) {
    struct Standing {
        double score;
        std::uint32_t rank_of_id;
    };
    Buffer<Standing> standings(context.budget, census.products());
    std::size_t count = 0;
    for (std::uint32_t rank = 0; rank < census.products(); ++rank) {
        const ExactSum sum = census.tally(census.product_by_rank(rank)).popularity;
        if (sum > 0)
            standings[count++] = Standing{census.grid().value(sum), rank};
    }
    const auto listed = standings.view().first(count);
    std::sort(listed.begin(), listed.end(), [](const Standing& a, const Standing& b) {
        return a.score > b.score || (a.score == b.score && a.rank_of_id < b.rank_of_id);
    });

    Buffer<std::int64_t> ids(context.budget, count);
    Buffer<double> scores(context.budget, count);
    for (std::size_t place = 0; place < count; ++place) {
        ids[place] = census.product_id(listed[place].rank_of_id);
        scores[place] = listed[place].score;
    }
    const PhaseClock::Section section(context.clock, context.report.write_seconds);
    context.begin(Phase::write, 1);
    context.sink.popularity(ids.view(), scores.view());
}

}  // namespace shopsmart::core
