#include "core/redis_url.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace shopsmart::core {
namespace {

using Transport = RedisUrl::Transport;

std::string place(const std::string& text) {
    RedisUrl url;
    const char* fault = parse_redis_url(text, url);
    if (fault != nullptr)
        return fault;
    char place[300];
    describe_redis_url(url, place, sizeof place);
    return place;
}

RedisUrl parsed(const std::string& text) {
    RedisUrl url;
    EXPECT_EQ(parse_redis_url(text, url), nullptr) << text;
    return url;
}

TEST(RedisUrl, NothingIsNoRedis) {
    EXPECT_EQ(parsed("").transport, Transport::none);
    EXPECT_EQ(place(""), "");
}

TEST(RedisUrl, PlacesHaveDefaults) {
    EXPECT_EQ(place("redis://127.0.0.1"), "redis://127.0.0.1:6379/0");
    EXPECT_EQ(place("redis://localhost/"), "redis://127.0.0.1:6379/0");
    EXPECT_EQ(place("redis://10.1.2.3:7000/12"), "redis://10.1.2.3:7000/12");
    EXPECT_EQ(place("rediss://[::1]:7000/1"), "rediss://[::1]:7000/1");
    EXPECT_EQ(place("rediss://[fe80::1]"), "rediss://[fe80::1]:6379/0");
    EXPECT_EQ(place("unix:///run/redis.sock"), "unix:///run/redis.sock?db=0");
    EXPECT_EQ(place("unix:///run/a%20b?db=3"), "unix:///run/a b?db=3");
}

TEST(RedisUrl, CredentialsAreDecodedAndNotShown) {
    const RedisUrl both = parsed("redis://shop:p%40ss%2Fw%3Ard@127.0.0.1/2");
    EXPECT_STREQ(both.user, "shop");
    EXPECT_STREQ(both.password, "p@ss/w:rd");
    const RedisUrl alone = parsed("redis://:secret@127.0.0.1");
    EXPECT_STREQ(alone.user, "");
    EXPECT_STREQ(alone.password, "secret");
    const RedisUrl by_socket = parsed("unix://:se@cret@/run/redis.sock?db=7");
    EXPECT_STREQ(by_socket.password, "se@cret");
    EXPECT_STREQ(by_socket.socket, "/run/redis.sock");
    EXPECT_EQ(by_socket.database, 7);
    EXPECT_EQ(place("redis://shop:secret@127.0.0.1"), "redis://127.0.0.1:6379/0");
}

TEST(RedisUrl, RefusesWhatItDoesNotUnderstand) {
    for (const char* text :
         {"127.0.0.1", "http://127.0.0.1", "redis:/127.0.0.1", "redis://", "redis://redis.example.com", "redis://127.0.0.1:0", "redis://127.0.0.1:65536",
          "redis://127.0.0.1:", "redis://127.0.0.1:x", "redis://127.0.0.1/x", "redis://127.0.0.1/-1", "redis://127.0.0.1/65537", "redis://127.0.0.1/1/2",
          "redis://127.0.0.1/99999999999999999999", "redis://[::1", "redis://[::1]x", "redis://[]", "redis://::1", "redis://1.2.3", "redis://a%0", "redis://:%zz@127.0.0.1",
          "redis://:%00@127.0.0.1", "redis://user@127.0.0.1", "unix://", "unix://run/redis.sock", "unix:///run/redis.sock?database=1", "unix:///run/redis.sock?db=",
          "unix:///run/%", "unix:///run/%4"}) {
        RedisUrl url;
        const char* fault = parse_redis_url(text, url);
        EXPECT_NE(fault, nullptr) << text;
        EXPECT_EQ(url.transport, Transport::none) << text;
    }
    RedisUrl url;
    EXPECT_NE(parse_redis_url("unix:///" + std::string(107, 'x'), url), nullptr);
    EXPECT_EQ(parse_redis_url("unix:///" + std::string(106, 'x'), url), nullptr);
    EXPECT_NE(parse_redis_url("redis://:" + std::string(512, 'x') + "@127.0.0.1", url), nullptr);
    EXPECT_EQ(parse_redis_url("redis://:" + std::string(511, 'x') + "@127.0.0.1", url), nullptr);
}

// What comes out of any bytes is a fault or a place that means the same when it is read again.
TEST(RedisUrl, AnyBytesAreHarmless) {
    constexpr unsigned kSeed = 6109;
    std::mt19937 random(kSeed);
    const std::string pieces[] = {"redis://", "rediss://", "unix://", "/", ":", "@", "?db=", "%", "%41", "127.0.0.1", "[::1]", "1", "99999", "x", std::string(120, 'y'), "\xff"};
    int understood = 0;
    for (int round = 0; round < 200000; ++round) {
        std::string text = pieces[random() % 3];
        for (unsigned i = random() % 8; i > 0; --i)
            text += pieces[random() % std::size(pieces)];
        RedisUrl url;
        if (parse_redis_url(text, url) != nullptr)
            continue;
        ++understood;
        ASSERT_EQ(place(place(text)), place(text)) << text;
    }
    EXPECT_GT(understood, 100);
}

}  // namespace
}  // namespace shopsmart::core
