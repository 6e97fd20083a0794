// What shoppers write beside the words that products hold: bounds of price and rating, an order, and what must not be there.
//
//     under $80, 80 dollars or less, between 20 and 50 euro, 80-100 usd, over 20, price from 10 to 30
//     4 stars and up, at least 4 stars, rated 4+
//     cheapest, newest, best rated            without a hood, not leather, -hood
//
// A number is a price when a currency stands with it, or when it follows one of these words and no unit follows it. English,
// deterministic, and nothing but bytes: what is not ASCII counts as a letter, but for the signs of currencies in UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

namespace shopsmart::core {

inline constexpr int kMostQueryTokens = 128;  // what comes behind them are words
inline constexpr int kMostWishes = 16;

struct QueryToken {
    enum class Kind : std::uint8_t { word, number, currency, sign };

    std::uint32_t begin;  // in bytes
    std::uint32_t end;
    double value;         // of a number
    Kind kind;
    char sign;            // the first byte
    bool after_space;     // or at the start
    bool used;            // by a wish
};

enum class WishKind : std::uint8_t { price, rating, sort, without };
enum class WishedOrder : std::uint8_t { price_asc, price_desc, rating, newest };

struct Wish {
    WishKind kind;
    int first;            // tokens
    int end;
    double least = -1;    // of price and rating; below 0: no bound
    double most = -1;
    WishedOrder order{};
    int object = 0;       // of without: the first token of what must not be there
};

struct QueryWishes {
    QueryToken tokens[kMostQueryTokens];
    int token_count = 0;
    Wish wishes[kMostWishes];
    int count = 0;
};

void find_wishes(std::string_view query, QueryWishes& found);

}  // namespace shopsmart::core
