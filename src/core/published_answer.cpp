#include "core/published_answer.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace shopsmart::core {

void BoundedText::add(std::string_view text) {
    if (!fits_ || text.size() > static_cast<std::size_t>(end_ - at_)) {
        fits_ = false;
        return;
    }
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
}

void BoundedText::add(std::int64_t number) {
    char digits[24];
    const auto written = std::to_chars(digits, digits + sizeof digits, number);
    add({digits, static_cast<std::size_t>(written.ptr - digits)});
}

void BoundedText::add(double number) {
    if (!std::isfinite(number)) {
        add("null");
        return;
    }
    char digits[32];
    const auto written = std::to_chars(digits, digits + sizeof digits, number);
    add({digits, static_cast<std::size_t>(written.ptr - digits)});
}

void BoundedText::add_json_string(std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    add("\"");
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            const char escaped[] = {'\\', c};
            add({escaped, 2});
        } else if (static_cast<unsigned char>(c) < ' ') {
            const char escaped[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
            add({escaped, 6});
        } else {
            add({&c, 1});
        }
    }
    add("\"");
}

namespace {

void add_without_colon(BoundedText& key, std::string_view text) {
    for (const char c : text)
        key.add(c == ':' ? "%3A" : c == '%' ? "%25" : std::string_view(&c, 1));
}

}  // namespace

void write_key(BoundedText& key, std::string_view prefix, std::string_view database, std::string_view subject, std::string_view id) {
    add_without_colon(key, prefix);
    key.add(":1:");
    add_without_colon(key, database);
    key.add(":");
    key.add(subject);
    key.add(":");
    key.add(id);
}

void AnswerWriter::begin_user(std::string_view user, std::int64_t computed_at) {
    json_.add("{\"user\":");
    json_.add_json_string(user);
    begin_products(computed_at);
}

void AnswerWriter::begin_product(std::int64_t product_id, std::int64_t computed_at) {
    json_.add("{\"product_id\":");
    json_.add(product_id);
    begin_products(computed_at);
}

void AnswerWriter::begin_trend(std::string_view window, const std::int64_t* category_id, std::int64_t computed_at) {
    json_.add("{\"time_window\":");
    json_.add_json_string(window);
    if (category_id != nullptr) {
        json_.add(",\"category_id\":");
        json_.add(*category_id);
    }
    begin_products(computed_at);
}

// Seconds since 1970 with milliseconds, from microseconds.
void AnswerWriter::begin_products(std::int64_t computed_at) {
    const std::int64_t milliseconds = computed_at / 1000;
    const auto rest = static_cast<int>(milliseconds % 1000);
    json_.add(",\"computed_at\":");
    json_.add(milliseconds / 1000);
    const char digits[] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10), static_cast<char>('0' + rest % 10)};
    json_.add({digits, sizeof digits});
    json_.add(",\"products\":[");
}

void AnswerWriter::add_product(std::int64_t product_id, double score) {
    json_.add(count_++ == 0 ? "{\"product_id\":" : "},{\"product_id\":");
    json_.add(product_id);
    json_.add(",\"score\":");
    json_.add(score);
}

void AnswerWriter::add_strategy(std::string_view strategy) {
    json_.add(",\"strategy\":");
    json_.add_json_string(strategy);
}

void AnswerWriter::add_co_count(std::int64_t co_count) {
    json_.add(",\"co_count\":");
    json_.add(co_count);
}

void AnswerWriter::add_reasons(const std::int64_t* product_ids, int count) {
    json_.add(",\"because\":[");
    for (int i = 0; i < count; ++i) {
        json_.add(i == 0 ? "" : ",");
        json_.add(product_ids[i]);
    }
    json_.add("]");
}

void AnswerWriter::finish() { json_.add(count_ == 0 ? "]}" : "}]}"); }

}  // namespace shopsmart::core
