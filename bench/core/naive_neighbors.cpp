#include "naive_neighbors.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace shopsmart::bench {

namespace {

struct Entry {
    std::uint32_t column;
    double weight;
};
using Rows = std::vector<std::vector<Entry>>;

struct Candidate {
    double score;
    std::uint32_t column;
    std::uint32_t count;
};

std::uint32_t number_of(std::unordered_map<std::int64_t, std::uint32_t>& numbers, std::int64_t id) {
    return numbers.emplace(id, static_cast<std::uint32_t>(numbers.size())).first->second;
}

Rows users_of(const EventFile& file, std::size_t& products) {
    std::unordered_map<std::int64_t, std::uint32_t> user_numbers;
    std::unordered_map<std::int64_t, std::uint32_t> item_numbers;
    Rows rows;
    for (const auto& event : file.events) {
        const std::uint32_t user = number_of(user_numbers, event.user_id);
        if (user == rows.size())
            rows.emplace_back();
        rows[user].push_back({number_of(item_numbers, event.product_id), file.types[event.type].weight});
    }
    for (auto& row : rows) {
        std::ranges::sort(row, {}, &Entry::column);
        std::size_t kept = 0;
        for (std::size_t at = 1; at < row.size(); ++at)
            if (row[at].column == row[kept].column)
                row[kept].weight += row[at].weight;
            else
                row[++kept] = row[at];
        row.resize(std::min(row.size(), kept + 1));
    }
    products = item_numbers.size();
    return rows;
}

}  // namespace

std::size_t naive_neighbors(const EventFile& file, std::size_t kept, std::size_t min_co_count, unsigned threads) {
    std::size_t products = 0;
    const Rows users = users_of(file, products);
    Rows items(products);
    std::vector<double> squares(products);
    for (std::size_t user = 0; user < users.size(); ++user)
        for (const auto& entry : users[user]) {
            items[entry.column].push_back({static_cast<std::uint32_t>(user), entry.weight});
            squares[entry.column] += entry.weight * entry.weight;
        }

    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> pairs{0};
    const auto work = [&] {
        std::vector<double> dots(products);
        std::vector<std::uint32_t> counts(products);
        std::vector<std::uint32_t> touched;
        std::vector<Candidate> candidates;
        for (std::size_t item = next++; item < products; item = next++) {
            for (const auto& user : items[item])
                for (const auto& other : users[user.column]) {
                    if (counts[other.column]++ == 0)
                        touched.push_back(other.column);
                    dots[other.column] += user.weight * other.weight;
                }
            for (const std::uint32_t other : touched) {
                if (other != item && counts[other] >= min_co_count)
                    candidates.push_back({dots[other] / std::sqrt(squares[item] * squares[other]), other, counts[other]});
                dots[other] = 0;
                counts[other] = 0;
            }
            const auto best = std::min(kept, candidates.size());
            std::ranges::partial_sort(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(best),
                                      [](const Candidate& a, const Candidate& b) {
                                          return a.score > b.score || (a.score == b.score && a.column < b.column);
                                      });
            pairs += best;
            touched.clear();
            candidates.clear();
        }
    };
    std::vector<std::thread> team;
    for (unsigned thread = 0; thread < threads; ++thread)
        team.emplace_back(work);
    for (auto& thread : team)
        thread.join();
    return pairs;
}

}  // namespace shopsmart::bench
