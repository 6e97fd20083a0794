#include "core/published_answer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace shopsmart::core {
namespace {

std::string key(std::string_view prefix, std::string_view database, std::string_view subject, std::string_view id) {
    char buffer[200];
    BoundedText text(buffer, sizeof buffer);
    write_key(text, prefix, database, subject, id);
    EXPECT_TRUE(text.fits());
    return {buffer, text.length()};
}

std::string json_string(std::string_view value) {
    char buffer[200];
    BoundedText text(buffer, sizeof buffer);
    text.add_json_string(value);
    return {buffer, text.length()};
}

std::string json_number(double value) {
    char buffer[200];
    BoundedText text(buffer, sizeof buffer);
    text.add(value);
    return {buffer, text.length()};
}

TEST(PublishedAnswer, KeysAreToldApart) {
    EXPECT_EQ(key("shopsmart", "shop", "user", "ana"), "shopsmart:1:shop:user:ana");
    EXPECT_EQ(key("shopsmart", "a:b%", "trend", "7d:3"), "shopsmart:1:a%3Ab%25:trend:7d:3");
    EXPECT_NE(key("s", "a", "user", "b:user:c"), key("s", "a:user:b", "user", "c"));
    EXPECT_NE(key("s:1", "a", "user", "c"), key("s", "1:a", "user", "c"));
    EXPECT_EQ(key("s", "a", "user", std::string_view("x\0\n y", 5)), std::string("s:1:a:user:x\0\n y", 16));
}

TEST(PublishedAnswer, StringsAreJson) {
    EXPECT_EQ(json_string("ana"), "\"ana\"");
    EXPECT_EQ(json_string("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    EXPECT_EQ(json_string("\x01\n\x1f\x7f"), "\"\\u0001\\u000a\\u001f\x7f\"");
    EXPECT_EQ(json_string("Zo\xc3\xab"), "\"Zo\xc3\xab\"");
}

TEST(PublishedAnswer, NumbersReadBackAsTheSame) {
    for (const double value : {0.0, 1.0, 0.1, 1.0 / 3, 5e-324, std::numeric_limits<double>::max(), 1e21, 123456789.0})
        EXPECT_EQ(std::strtod(json_number(value).c_str(), nullptr), value);
    EXPECT_EQ(json_number(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "null");
}

std::string recommendation(std::size_t size, bool& fits) {
    std::vector<char> buffer(size);
    AnswerWriter writer(buffer.data(), size);
    const std::int64_t reasons[] = {7, 8};
    writer.begin_user("ana", 1782820800123456);
    writer.add_product(2, 0.5);
    writer.add_strategy("personalized");
    writer.add_reasons(reasons, 2);
    writer.add_product(-3, 0);
    writer.add_strategy("newest");
    writer.add_reasons(reasons, 0);
    writer.finish();
    fits = writer.json().fits();
    return {buffer.data(), writer.json().length()};
}

constexpr char kRecommendation[] =
    R"({"user":"ana","computed_at":1782820800.123,"products":[{"product_id":2,"score":0.5,"strategy":"personalized","because":[7,8]},{"product_id":-3,"score":0,"strategy":"newest","because":[]}]})";

TEST(PublishedAnswer, IsOneObject) {
    bool fits;
    EXPECT_EQ(recommendation(1000, fits), kRecommendation);
    EXPECT_TRUE(fits);

    char buffer[500];
    AnswerWriter similar(buffer, sizeof buffer);
    similar.begin_product(5, 1000);
    similar.add_product(6, 0.25);
    similar.add_co_count(3);
    similar.finish();
    EXPECT_EQ(std::string(buffer, similar.json().length()),
              R"({"product_id":5,"computed_at":0.001,"products":[{"product_id":6,"score":0.25,"co_count":3}]})");

    const std::int64_t category = 4;
    AnswerWriter trend(buffer, sizeof buffer);
    trend.begin_trend("7d", &category, 1000000);
    trend.finish();
    EXPECT_EQ(std::string(buffer, trend.json().length()), R"({"time_window":"7d","category_id":4,"computed_at":1.000,"products":[]})");
}

// Cut off at any length it says so, and writes nothing beyond its memory (which AddressSanitizer would see).
TEST(PublishedAnswer, KnowsWhenItDoesNotFit) {
    const std::size_t whole = sizeof kRecommendation - 1;
    for (std::size_t size = 0; size < whole; ++size) {
        bool fits;
        EXPECT_LE(recommendation(size, fits).size(), size);
        EXPECT_FALSE(fits) << size;
    }
    bool fits;
    EXPECT_EQ(recommendation(whole, fits), kRecommendation);
    EXPECT_TRUE(fits);
}

}  // namespace
}  // namespace shopsmart::core
