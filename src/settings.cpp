#include "bridge/pg.hpp"

#include "settings.hpp"

#include <climits>

namespace shopsmart::settings {

namespace {

int lookback = 90 * SECS_PER_DAY;
core::ReadingOptions usual_reading{{200, 2, 0.5}, 20};
int kept = 50;
int min_common = 0;
int basket_span = SECS_PER_DAY;
int personal_from = 1;
int personal_first_from = 6;
int window = static_cast<int>(Window::week);
int half_lives[kWindowCount] = {6 * SECS_PER_HOUR, 2 * SECS_PER_DAY, 10 * SECS_PER_DAY};
int memory_kb = 512 * 1024;
int threads = 2;
int cache_kb = 8 * 1024;
int shared_kb = 64 * 1024;
bool use_shared = true;
bool direct = true;
bool launcher = true;
int naptime = 60;
int workers = 2;
char* redis_url_text = nullptr;
core::RedisUrl redis{};
std::uint64_t redis_changes = 0;
char* redis_password = nullptr;
char* redis_authorities = nullptr;
int redis_timeout = 40;
char* redis_key_prefix = nullptr;
bool publish = false;
int recommend_ttl = 5 * SECS_PER_MINUTE;
int similar_ttl = SECS_PER_HOUR;
int trending_ttl = 15 * SECS_PER_MINUTE;
SearchSettings search{3, 2, 2, 0.3, 1.2, 0.75, 1, 1, 0};
char* attributes_searched = nullptr;
int requests = 100;
int anonymous_requests = 6000;
char* secret = nullptr;

const config_enum_entry kWindowOptions[] = {{kWindowNames[0], 0, false}, {kWindowNames[1], 1, false}, {kWindowNames[2], 2, false}, {nullptr, 0, false}};

struct IntegerSetting {
    const char* name;
    const char* short_description;
    const char* long_description;
    int* value;
    int minimum;
    int maximum;
    int flags;
    GucContext context = PGC_USERSET;
};

constexpr int kMonth = 30 * SECS_PER_DAY;
constexpr int kTenYears = 3650 * SECS_PER_DAY;

// The boot value is what the variable holds at load.
const IntegerSetting kIntegers[] = {
    {"shopsmart.lookback", "Span of events that similarity and baskets use.",
     "Lengthen it for a shop with few events, shorten it when tastes change fast.", &lookback, 1, kTenYears, GUC_UNIT_S},
    {"shopsmart.history_events", "Newest events of a user that count as the history.",
     "More events cost read time and dilute what the user wants now.", &usual_reading.history.events, 1, 1000, 0},
    {"shopsmart.history_half_life", "Number of later moments with events after which an event of the history counts half.",
     "0 lets all count alike. Lower it where the newest events tell most, raise it where tastes last. After 25 half-lives the history ends.", &usual_reading.history.half_life, 0, 1000, 0},
    {"shopsmart.scored_neighbors", "Best neighbors of each history product that score candidates.",
     "More neighbors give longer personalised lists and cost read time.", &usual_reading.scored_neighbors, 1, 1000, 0},
    {"shopsmart.kept_neighbors", "Neighbors that a model keeps for a product.",
     "Takes effect at the next rebuild.", &kept, 1, 1000, 0},
    {"shopsmart.min_co_count", "Smallest number of common users (or baskets) of a kept pair.",
     "0 is what suits the kind of model: 1 of rp3beta and slim, 2 of all others and of baskets. Takes effect at the next rebuild.", &min_common, 0, 1000000, 0},
    {"shopsmart.basket_span", "A basket ends this long after its first event.",
     "Takes effect at the next rebuild.", &basket_span, 0, kTenYears, GUC_UNIT_S},
    {"shopsmart.personalized_from", "Number of history events from which on a list is personalised.",
     "Below it, trending products are shown.", &personal_from, 1, 1001, 0},
    {"shopsmart.personalized_first_from", "Number of history events from which on personalised rows come first.",
     "Below it, personalised and trending rows take turns.", &personal_first_from, 1, 1001, 0},
    {"shopsmart.half_life_24h", "Half-life of an event's weight in the 24h window.",
     "Takes effect at the next refresh.", &half_lives[0], 1, kTenYears, GUC_UNIT_S},
    {"shopsmart.half_life_7d", "Half-life of an event's weight in the 7d window.",
     "Takes effect at the next refresh.", &half_lives[1], 1, kTenYears, GUC_UNIT_S},
    {"shopsmart.half_life_30d", "Half-life of an event's weight in the 30d window.",
     "Takes effect at the next refresh.", &half_lives[2], 1, kTenYears, GUC_UNIT_S},
    {"shopsmart.rebuild_memory", "Memory that one rebuild may use.",
     "When the events do not fit, the rebuild works in blocks of products, which takes longer.", &memory_kb, 1024, INT_MAX, GUC_UNIT_KB},
    {"shopsmart.rebuild_threads", "Threads that one rebuild computes with.",
     "The result is the same for any number.", &threads, 1, 64, 0},
    {"shopsmart.session_cache", "Memory in which each session keeps neighbor lists that its recommendations read.",
     "8MB hold the lists of 25 thousand products. 0 switches it off.", &cache_kb, 0, 1024 * 1024, GUC_UNIT_KB},
    {"shopsmart.job_naptime", "Each database is looked at for jobs at least this often.",
     "Only counts when the library is preloaded. A look takes some milliseconds.", &naptime, 1, SECS_PER_HOUR, GUC_UNIT_S, PGC_SIGHUP},
    {"shopsmart.redis_timeout", "Longest time to connect to Redis, and again for the commands.",
     "A call waits for Redis no longer than twice this; after five failures in a row it does not wait.", &redis_timeout, 1, 50, GUC_UNIT_MS, PGC_SIGHUP},
    {"shopsmart.redis_recommend_ttl", "How long a published answer of shopsmart_recommend() is kept.",
     "A tenth more or less, by chance. An event that shopsmart_track() records ends it earlier.", &recommend_ttl, 1, kMonth, GUC_UNIT_S, PGC_SIGHUP},
    {"shopsmart.redis_similar_ttl", "How long a published answer of shopsmart_similar() is kept.",
     "A tenth more or less, by chance.", &similar_ttl, 1, kMonth, GUC_UNIT_S, PGC_SIGHUP},
    {"shopsmart.redis_trending_ttl", "How long a published answer of shopsmart_trending() is kept.",
     "A tenth more or less, by chance.", &trending_ttl, 1, kMonth, GUC_UNIT_S, PGC_SIGHUP},
    {"shopsmart.job_workers", "Background workers that run jobs at the same time in the whole server.",
     "Only counts when the library is preloaded. One database never has more than one.", &workers, 1, 64, 0, PGC_SIGHUP},
    {"shopsmart.rate_limit", "Requests that one user may make over HTTP in a minute.",
     "0 is no limit. Who asks more often is told to wait.", &requests, 0, 1000000, 0, PGC_SUSET},
    {"shopsmart.anonymous_rate_limit", "Requests that all visitors without a token together may make over HTTP in a minute.",
     "0 is no limit. Limits by address belong into the web server in front.", &anonymous_requests, 0, 1000000, 0, PGC_SUSET},
};

struct RealSetting {
    const char* name;
    const char* short_description;
    const char* long_description;
    double* value;
    double minimum;
    double maximum;
};

const RealSetting kReals[] = {
    {"shopsmart.history_exponent", "Power to which the weights of a product's events count together in the history.",
     "1 adds them up; 0 lets all products of the history count alike.", &usual_reading.history.exponent, 0, 1},
    {"shopsmart.search_name_weight", "Weight of words in the name of a product.", "Its SKU counts as part of the name.", &search.name_weight, 0, 100},
    {"shopsmart.search_brand_weight", "Weight of words in the brand of a product.", "0 leaves the field out of the score.", &search.brand_weight, 0, 100},
    {"shopsmart.search_category_weight", "Weight of words in the name of a product's category.", "0 leaves the field out of the score.", &search.category_weight, 0, 100},
    {"shopsmart.search_description_weight", "Weight of words in the description of a product.", "0 leaves the field out of the score.", &search.description_weight, 0, 100},
    {"shopsmart.search_k1", "How slowly repeating a word stops counting (k1 of BM25).", "Lower it where texts are stuffed with words.", &search.k1, 0.01, 10},
    {"shopsmart.search_b", "How much a long name or description lowers the score (b of BM25).", "0 ignores lengths.", &search.b, 0, 1},
    {"shopsmart.search_completeness", "How much a product is preferred that holds all words of the query.",
     "The score is multiplied by the share of the words, weighed by rarity, to this power.", &search.completeness, 0, 10},
    {"shopsmart.search_personal_weight", "How much the taste of a user counts in a search.",
     "The score of the product that suits best is multiplied by 1 plus this. 0 switches it off.", &search.personal_weight, 0, 100},
    {"shopsmart.search_popularity_weight", "How much the all-time popularity of products counts in a search.",
     "The score is multiplied by 1 plus this / (1 + log2 of the product's rank among the popular ones). 0 switches it off.", &search.popularity_weight, 0, 100},
};

bool check_redis_url(char** value, void**, GucSource) {
    core::RedisUrl url;
    const char* fault = core::parse_redis_url(*value, url);
    if (fault != nullptr) {
        // The server's own message would show the value, which may hold a password.
        GUC_check_errmsg("invalid value for parameter \"shopsmart.redis_url\"");
        GUC_check_errdetail("%s", fault);
        GUC_check_errhint("redis://:password@127.0.0.1:6379/0 is a URL, unix:///run/redis/redis.sock?db=0 another.");
    }
    return fault == nullptr;
}

bool check_redis_prefix(char** value, void**, GucSource) {
    constexpr Size kLongest = 64;
    if (strlen(*value) > kLongest) {
        GUC_check_errdetail("A prefix has at most %zu bytes.", kLongest);
        return false;
    }
    return true;
}

// Short secrets can be guessed from one token.
bool check_secret(char** value, void**, GucSource) {
    if (**value != '\0' && strlen(*value) < 32) {
        GUC_check_errdetail("A secret has at least 32 bytes.");
        return false;
    }
    return true;
}

void assign_redis_file(const char*, void*) { redis_changes++; }

void assign_redis_url(const char* value, void*) {
    (void) core::parse_redis_url(value, redis);
    redis_changes++;
}

const char* show_redis_url() {
    static char shown[256];
    core::describe_redis_url(redis, shown, sizeof shown);
    return shown;
}

}  // namespace

int lookback_seconds() { return lookback; }
const core::ReadingOptions& reading() { return usual_reading; }
int kept_neighbors() { return kept; }
int min_co_count() { return min_common; }
int basket_span_seconds() { return basket_span; }
int personalized_from() { return personal_from; }
int personalized_first_from() { return personal_first_from; }
Window trending_window() { return static_cast<Window>(window); }
int half_life_seconds(Window of) { return half_lives[static_cast<int>(of)]; }
int rebuild_memory_kb() { return memory_kb; }
int rebuild_threads() { return threads; }
int session_cache_kb() { return cache_kb; }
int shared_cache_kb() { return shared_kb; }
bool use_shared_cache() { return use_shared; }
bool direct_reads() { return direct; }
bool job_launcher() { return launcher; }
int job_naptime_seconds() { return naptime; }
int job_workers() { return workers; }
const core::RedisUrl& redis_url() { return redis; }
std::uint64_t redis_url_changes() { return redis_changes; }
const char* redis_password_file() { return redis_password; }
const char* redis_ca_file() { return redis_authorities; }
int redis_timeout_ms() { return redis_timeout; }
const char* redis_prefix() { return redis_key_prefix; }
bool redis_publish() { return publish; }
int redis_recommend_ttl_seconds() { return recommend_ttl; }
int redis_similar_ttl_seconds() { return similar_ttl; }
int redis_trending_ttl_seconds() { return trending_ttl; }
int rate_limit() { return requests; }
int anonymous_rate_limit() { return anonymous_requests; }
const char* jwt_secret() { return secret; }
const SearchSettings& search_settings() { return search; }
const char* search_attributes() { return attributes_searched; }

RankingSettings ranking_settings() {
    return {reading(), personalized_from(), personalized_first_from(), trending_window()};
}

void define() {
    for (const IntegerSetting& s : kIntegers) {
        DefineCustomIntVariable(s.name, s.short_description, s.long_description, s.value, *s.value, s.minimum, s.maximum,
                                s.context, s.flags, nullptr, nullptr, nullptr);
    }
    for (const RealSetting& s : kReals) {
        DefineCustomRealVariable(s.name, s.short_description, s.long_description, s.value, *s.value, s.minimum, s.maximum, PGC_USERSET, 0,
                                 nullptr, nullptr, nullptr);
    }
    // Without preloading it is a setting like any other, so that postgresql.conf may hold it all the same.
    DefineCustomIntVariable("shopsmart.shared_cache", "Shared memory in which all sessions keep neighbor lists.",
                            "Only counts when the library is preloaded. 64MB hold the lists of 60 thousand products. 0 switches it off.", &shared_kb,
                            shared_kb, 0, INT_MAX, process_shared_preload_libraries_in_progress ? PGC_POSTMASTER : PGC_SIGHUP, GUC_UNIT_KB, nullptr,
                            nullptr, nullptr);
    DefineCustomBoolVariable("shopsmart.use_shared_cache", "Read neighbor lists from shared memory, and keep them there.",
                             "Turn it off to compare, or to work around a fault.", &use_shared, use_shared, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomEnumVariable("shopsmart.trending_window", "Window of the trending lists that recommendations fall back on.",
                             "A busy shop wants the short one.", &window, window, kWindowOptions, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("shopsmart.search_attributes", "Attributes whose values are understood in search queries, with commas between them.",
                               "Takes effect at the next rebuild of the search index.", &attributes_searched, "color,colour,size", PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("shopsmart.direct_reads", "Read indexes directly where that gives the same rows as SQL.",
                             "Turn it off to compare, or to work around a fault.", &direct, direct, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("shopsmart.job_launcher", "Run jobs that are due in background workers.",
                             "Only counts when the library is preloaded. Runs that have begun go on when it is turned off.",
                             &launcher, launcher, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("shopsmart.redis_url", "The Redis that answers are published in, empty for none.",
                               "Only counts when shopsmart was built with hiredis. Shown without user and password.", &redis_url_text, "", PGC_SIGHUP,
                               GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL, check_redis_url, assign_redis_url, show_redis_url);
    DefineCustomStringVariable("shopsmart.redis_password_file", "File whose first line is the password of Redis.",
                               "The server logs a setting that changes, and with it a password in shopsmart.redis_url.", &redis_password, "", PGC_SIGHUP,
                               GUC_SUPERUSER_ONLY, nullptr, assign_redis_file, nullptr);
    DefineCustomStringVariable("shopsmart.redis_ca_file", "File with the authorities one of which signed the certificate of Redis.",
                               "For TLS. The name in the certificate is not looked at: an authority of your own is best.", &redis_authorities, "", PGC_SIGHUP,
                               GUC_SUPERUSER_ONLY, nullptr, assign_redis_file, nullptr);
    DefineCustomStringVariable("shopsmart.redis_prefix", "Begin of all keys in Redis.",
                               "Servers that share a Redis and have databases of the same name want different ones.", &redis_key_prefix, "shopsmart",
                               PGC_SIGHUP, 0, check_redis_prefix, nullptr, nullptr);
    DefineCustomBoolVariable("shopsmart.redis_publish", "Publish answers in Redis after the transaction has committed.",
                             "Those of shopsmart_recommend(), shopsmart_similar() and shopsmart_trending() without options. Set it for the role that shall publish.",
                             &publish, publish, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("shopsmart.jwt_secret", "Secret that tokens of anonymous visitors are signed with.",
                               "That of PostgREST, at least 32 bytes. Empty: there are no such tokens.", &secret, "", PGC_SUSET,
                               GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL, check_secret, nullptr, nullptr);
    MarkGUCPrefixReserved("shopsmart");
}

}  // namespace shopsmart::settings
