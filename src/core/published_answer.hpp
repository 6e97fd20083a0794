// What is published about an answer: a key, and JSON. docs/redis.md shows both to those who read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace shopsmart::core {

// A text in memory that somebody else owns. What does not fit is left out, and fits() says so.
class BoundedText {
public:
    BoundedText(char* buffer, std::size_t size) : begin_(buffer), at_(buffer), end_(buffer + size) {}

    void add(std::string_view text);
    void add(std::int64_t number);
    void add(double number);  // the shortest decimal that reads back as the same number; null when it is not finite
    void add_json_string(std::string_view text);

    bool fits() const { return fits_; }
    std::size_t length() const { return static_cast<std::size_t>(at_ - begin_); }

private:
    char* begin_;
    char* at_;
    char* end_;
    bool fits_ = true;
};

// prefix:1:database:subject:id, where 1 is the version of this form, and database and prefix have no colon: it is written
// %3A in them (and % as %25), so that no two databases or users share a key.
void write_key(BoundedText& key, std::string_view prefix, std::string_view database, std::string_view subject, std::string_view id);

// {"user":"ana","computed_at":1782820800.123,"products":[{"product_id":1,"score":0.5},...]}, best first.
class AnswerWriter {
public:
    AnswerWriter(char* buffer, std::size_t size) : json_(buffer, size) {}

    // First one of these says what the answer is about.
    void begin_user(std::string_view user, std::int64_t computed_at);
    void begin_product(std::int64_t product_id, std::int64_t computed_at);
    void begin_trend(std::string_view window, const std::int64_t* category_id, std::int64_t computed_at);

    // Then a call a product, each followed by what else is known of it.
    void add_product(std::int64_t product_id, double score);
    void add_strategy(std::string_view strategy);
    void add_co_count(std::int64_t co_count);
    void add_reasons(const std::int64_t* product_ids, int count);

    void finish();
    const BoundedText& json() const { return json_; }

private:
    void begin_products(std::int64_t computed_at);

    BoundedText json_;
    int count_ = 0;
};

}  // namespace shopsmart::core
