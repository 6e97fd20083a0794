// Every setting of the extension. docs/reference.md lists the same ones.
#pragma once

#include "core/history_weights.hpp"
#include "core/redis_url.hpp"

#include <cstdint>

namespace shopsmart::settings {

enum class Window : int { day, week, month };
inline constexpr int kWindowCount = 3;
inline constexpr const char* kWindowNames[kWindowCount] = {"24h", "7d", "30d"};
inline constexpr int kWindowDays[kWindowCount] = {1, 7, 30};

int lookback_seconds();
const core::ReadingOptions& reading();  // of models that say nothing of it
int kept_neighbors();
int min_co_count();  // 0: as suits the model
int basket_span_seconds();
int personalized_from();
int personalized_first_from();
Window trending_window();
int half_life_seconds(Window window);
int rebuild_memory_kb();
int rebuild_threads();
int session_cache_kb();
int shared_cache_kb();
bool use_shared_cache();
bool direct_reads();
bool job_launcher();
int job_naptime_seconds();
int job_workers();
// Where Redis is, and how often that changed in this session.
const core::RedisUrl& redis_url();
std::uint64_t redis_url_changes();
const char* redis_password_file();  // empty for none, like the next
const char* redis_ca_file();
int redis_timeout_ms();
const char* redis_prefix();
// Whether answers of this session are published, and for how long.
bool redis_publish();
int redis_recommend_ttl_seconds();
int redis_similar_ttl_seconds();
int redis_trending_ttl_seconds();
// Requests a minute; 0 is no limit.
int rate_limit();
int anonymous_rate_limit();
// Empty when there is none.
const char* jwt_secret();

// The settings on which the order of a ranking depends.
struct RankingSettings {
    core::ReadingOptions reading;
    int personalized_from;
    int personalized_first_from;
    Window trending_window;

    bool operator==(const RankingSettings&) const = default;
};
RankingSettings ranking_settings();

// What the score of a search depends on.
struct SearchSettings {
    double name_weight;
    double brand_weight;
    double category_weight;
    double description_weight;
    double k1;
    double b;
    double completeness;
    double personal_weight;
    double popularity_weight;

    bool operator==(const SearchSettings&) const = default;
};
const SearchSettings& search_settings();
const char* search_attributes();

void define();

}  // namespace shopsmart::settings
