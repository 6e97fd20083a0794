#include "core/query_wishes.hpp"

#include "core/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace shopsmart::core {

namespace {

using Kind = QueryToken::Kind;

constexpr int kMostDigits = 12;  // a double holds them exactly, with cents

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80) != 0; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t currency_length(std::string_view text) {
    for (std::string_view sign : {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"}) {
        if (text.starts_with(sign))
            return sign.size();
    }
    return 0;
}

// Digits with commas between groups of three and a point or comma before one or two decimals. 0 when it is no such number.
std::size_t number_length(std::string_view text, double& value) {
    double whole = 0;
    int digits = 0;
    std::size_t at = 0;
    const auto digits_at = [&](std::size_t from) {
        std::size_t end = from;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        return static_cast<int>(end - from);
    };
    const auto read = [&](int count) {
        for (int i = 0; i < count; ++i)
            whole = whole * 10 + (text[at++] - '0');
        digits += count;
    };
    if (digits_at(0) == 0 || digits_at(0) > kMostDigits)
        return 0;
    read(digits_at(0));
    while (at < text.size() && text[at] == ',' && digits_at(at + 1) == 3 && digits + 3 <= kMostDigits) {
        ++at;
        read(3);
    }
    double scale = 1;
    if (at < text.size() && (text[at] == '.' || text[at] == ',') && (digits_at(at + 1) == 1 || digits_at(at + 1) == 2)) {
        const int decimals = digits_at(++at);
        read(decimals);
        scale = decimals == 1 ? 10 : 100;
    }
    if (at < text.size() && (is_letter(text[at]) && currency_length(text.substr(at)) == 0))
        return 0;
    value = whole / scale;
    return at;
}

void split(std::string_view query, QueryWishes& found) {
    bool after_space = true;
    for (std::size_t at = 0; at < query.size() && found.token_count < kMostQueryTokens;) {
        if (is_space(query[at])) {
            after_space = true;
            ++at;
            continue;
        }
        QueryToken token{static_cast<std::uint32_t>(at), 0, 0, Kind::sign, query[at], after_space, false};
        std::size_t length = currency_length(query.substr(at));
        if (length > 0) {
            token.kind = Kind::currency;
        } else if (is_digit(query[at]) && (length = number_length(query.substr(at), token.value)) > 0) {
            token.kind = Kind::number;
        } else if (is_digit(query[at]) || is_letter(query[at])) {
            token.kind = Kind::word;
            for (length = 1; at + length < query.size(); ++length) {
                const char c = query[at + length];
                const bool inner = c == '\'' && at + length + 1 < query.size() && is_letter(query[at + length + 1]);
                if ((!is_digit(c) && !is_letter(c) && !inner) || currency_length(query.substr(at + length)) > 0)
                    break;
            }
        } else {
            length = 1;
        }
        at += length;
        token.end = static_cast<std::uint32_t>(at);
        found.tokens[found.token_count++] = token;
        after_space = false;
    }
}

// Words with single spaces between them.
using Phrase = std::string_view;

constexpr Phrase kAtMost[] = {"no more than", "not more than", "cheaper than", "lower than", "less than", "not over", "at most", "up to", "under", "below", "<=", "<"};
constexpr Phrase kAtLeast[] = {"no less than", "not less than", "higher than", "more than", "starting at", "not under", "at least", "above", "over", ">=", ">"};
// Names of products hold these beside numbers that are no prices.
constexpr Phrase kUnclearAtMost[] = {"maximum of", "max of", "maximum", "max"};
constexpr Phrase kUnclearAtLeast[] = {"minimum of", "min of", "minimum", "min", "from"};
constexpr Phrase kOrLess[] = {"or less", "or under", "or below", "or cheaper", "and less", "and under", "and below", "max", "maximum"};
constexpr Phrase kOrMore[] = {"and up", "or up", "& up", "or more", "and more", "and above", "or above", "and over", "or over", "or higher", "and higher", "or better", "and better",
                              "min", "minimum", "+"};
constexpr Phrase kPriceWords[] = {"price", "prices", "priced", "costing", "costs"};
constexpr Phrase kRatingWords[] = {"rated", "rating", "ratings"};
constexpr Phrase kStars[] = {"stars", "star"};
constexpr Phrase kCurrencies[] = {"usd", "eur", "gbp", "dollars", "dollar", "euros", "euro", "bucks", "quid", "chf", "jpy", "yen"};
constexpr Phrase kUnits[] = {"in",    "inch",   "inches", "ft",   "foot",  "feet",  "yard", "yards", "yd",    "mm",    "cm",     "m",    "km",     "meter",   "meters",
                             "lb",    "lbs",    "pound",  "pounds", "oz",  "ounce", "ounces", "kg",  "g",     "gram",  "grams",  "mg",   "gallon", "gallons", "gal",
                             "l",     "liter",  "liters", "litre", "litres", "ml",  "quart", "quarts", "qt",  "w",     "watt",   "watts", "v",     "volt",    "volts",
                             "amp",   "amps",   "mah",    "ah",   "hz",    "khz",   "mhz",  "ghz",   "gb",    "tb",    "mb",     "kb",   "mp",     "megapixel", "megapixels",
                             "hp",    "btu",    "psi",    "rpm",  "mph",   "lumen", "lumens", "degree", "degrees", "percent", "year", "years", "month", "months", "day",
                             "days",  "hour",   "hours",  "minute", "minutes", "pack", "packs", "piece", "pieces", "pc", "pcs", "count", "people", "person", "persons",
                             "calories", "page", "pages", "size", "inchs", "x", "by"};
constexpr Phrase kWithout[] = {"excluding", "except", "not"};
constexpr Phrase kArticles[] = {"a", "an", "the", "any"};

struct OrderPhrase {
    Phrase phrase;
    WishedOrder order;
};
constexpr OrderPhrase kOrders[] = {
    {"least expensive", WishedOrder::price_asc}, {"lowest priced", WishedOrder::price_asc}, {"lowest price", WishedOrder::price_asc}, {"cheapest", WishedOrder::price_asc},
    {"most expensive", WishedOrder::price_desc}, {"highest price", WishedOrder::price_desc}, {"priciest", WishedOrder::price_desc},
    {"best rated", WishedOrder::rating}, {"top rated", WishedOrder::rating}, {"highest rated", WishedOrder::rating}, {"best reviewed", WishedOrder::rating},
    {"most recent", WishedOrder::newest}, {"newest", WishedOrder::newest}, {"latest", WishedOrder::newest}};

class Reader {
public:
    Reader(std::string_view query, QueryWishes& found) : query_(query), found_(found) {}

    void read() {
        for (int at = 0; at < found_.token_count && found_.count < kMostWishes;) {
            Wish wish{};
            const int end = wish_at(at, wish);
            if (end > at) {
                wish.first = at;
                wish.end = end;
                found_.wishes[found_.count++] = wish;
                std::for_each(found_.tokens + at, found_.tokens + end, [](QueryToken& token) { token.used = true; });
            }
            at = std::max(end, at + 1);
        }
    }

private:
    // Each of these returns the token behind what it found, or 0.

    int phrase(int at, Phrase words) const {
        while (!words.empty()) {
            if (at >= found_.token_count)
                return 0;
            const QueryToken& token = found_.tokens[at];
            const std::size_t length = token.end - token.begin;
            if (words.size() < length || !std::equal(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(length), query_.begin() + token.begin,
                                                      [](char wanted, char c) { return wanted == lower(c); }))
                return 0;
            words.remove_prefix(length);
            ++at;
            // Letters end a word, signs may follow each other, and "best-rated" has a hyphen.
            if (!words.empty() && words[0] == ' ') {
                words.remove_prefix(1);
                at += is_sign(at, '-') && is_joined(at) && is_joined(at + 1) ? 1 : 0;
            } else if (!words.empty() && token.kind != Kind::sign) {
                return 0;
            }
        }
        return at;
    }

    template <std::size_t N>
    int any_of(int at, const Phrase (&phrases)[N]) const {
        for (Phrase words : phrases) {
            if (const int end = phrase(at, words))
                return end;
        }
        return 0;
    }

    bool is_kind(int at, Kind kind) const { return at < found_.token_count && found_.tokens[at].kind == kind; }
    bool is_sign(int at, char sign) const { return is_kind(at, Kind::sign) && found_.tokens[at].sign == sign; }
    bool is_joined(int at) const { return at < found_.token_count && !found_.tokens[at].after_space; }

    int currency(int at) const { return is_kind(at, Kind::currency) ? at + 1 : any_of(at, kCurrencies); }

    struct Amount {
        double value = 0;
        bool has_currency = false;
    };

    int amount(int at, Amount& amount) const {
        if (const int behind = currency(at)) {
            amount.has_currency = true;
            at = behind;
        }
        if (!is_kind(at, Kind::number))
            return 0;
        amount.value = found_.tokens[at++].value;
        if (const int behind = currency(at)) {
            // The sign before the next number is that of the next one.
            if (!is_kind(at, Kind::currency) || !is_kind(behind, Kind::number) || is_joined(at)) {
                amount.has_currency = true;
                at = behind;
            }
        }
        return at;
    }

    // Whether something else than a price is counted or measured there: 10 inch, 5", 1/2, 20%, 3-way.
    bool is_measure(int at) const {
        return any_of(at, kUnits) != 0 || (is_joined(at) && (is_kind(at, Kind::word) || (is_kind(at, Kind::sign) && std::string_view("\"'/%-*").find(found_.tokens[at].sign) != std::string_view::npos)));
    }

    int joiner(int at) const {
        return is_sign(at, '-') ? at + 1 : std::max(phrase(at, "to"), phrase(at, "and"));
    }

    // What stands behind the numbers says what they are. Returns 0 when it is neither price nor rating.
    int finish(int at, bool is_priced, bool is_rated, Wish& wish) const {
        const int stars = any_of(at, kStars);
        if (stars != 0 || is_rated) {
            wish.kind = WishKind::rating;
            return wish.least <= 5 && wish.most <= 5 ? std::max(stars, at) : 0;
        }
        wish.kind = WishKind::price;
        return is_priced || !is_measure(at) ? at : 0;
    }

    int range(int at, bool is_priced, bool is_rated, Wish& wish) const {
        const int between = phrase(at, "between");
        const int from = phrase(at, "from");
        Amount least;
        Amount most;
        int end = amount(std::max({at, between, from}), least);
        const int second = end == 0 ? 0 : joiner(end);
        end = second == 0 ? 0 : amount(second, most);
        is_priced = is_priced || least.has_currency || most.has_currency;
        if (end == 0 || (!between && !is_priced && !is_rated) || (!between && phrase(second - 1, "and")))
            return 0;
        wish.least = std::min(least.value, most.value);
        wish.most = std::max(least.value, most.value);
        return finish(end, is_priced, is_rated, wish);
    }

    int bound(int at, bool is_priced, bool is_rated, Wish& wish) const {
        const int at_most = any_of(at, kAtMost);
        const int unclear_most = at_most != 0 ? 0 : any_of(at, kUnclearAtMost);
        const int at_least = any_of(at, kAtLeast);
        const int unclear_least = at_least != 0 ? 0 : any_of(at, kUnclearAtLeast);
        const int unclear = std::max(unclear_most, unclear_least);
        Amount amount_found;
        const int number_end = amount(std::max({at, at_most, at_least, unclear}), amount_found);
        if (number_end == 0)
            return 0;
        is_priced = is_priced || amount_found.has_currency;
        if (at_most == 0 && at_least == 0 && unclear == 0)
            return trailing_bound(number_end, is_priced, is_rated, amount_found.value, wish);
        const bool is_most = at_most != 0 || unclear_most != 0;
        (is_most ? wish.most : wish.least) = amount_found.value;
        const int end = finish(is_sign(number_end, '+') ? number_end + 1 : number_end, is_priced, is_rated, wish);
        if (end == 0 || (unclear != 0 && !is_priced && wish.kind == WishKind::price))
            return 0;
        return std::max(end, is_most ? 0 : any_of(end, kOrMore));
    }

    // 80 dollars or less; 4 stars and up; 4+ stars.
    int trailing_bound(int at, bool is_priced, bool is_rated, double value, Wish& wish) const {
        const int plus = is_sign(at, '+') ? at + 1 : 0;
        const int stars = any_of(std::max(at, plus), kStars);
        const int behind = std::max({at, plus, stars});
        const int more = any_of(behind, kOrMore);
        const int less = more != 0 ? 0 : any_of(behind, kOrLess);
        const bool rated = stars != 0 || is_rated;
        if ((!rated && !is_priced) || (rated && value > 5) || (plus == 0 && more == 0 && less == 0))
            return 0;
        wish.kind = rated ? WishKind::rating : WishKind::price;
        (less != 0 ? wish.most : wish.least) = value;
        return std::max({behind, more, less});
    }

    int order(int at, Wish& wish) const {
        for (const OrderPhrase& known : kOrders) {
            if (const int end = phrase(at, known.phrase)) {
                wish.kind = WishKind::sort;
                wish.order = known.order;
                return end;
            }
        }
        return 0;
    }

    // Misspelt it would turn a wish into its contrary.
    bool is_without(int at) const {
        constexpr Phrase kWord = "without";
        const QueryToken& token = found_.tokens[at];
        std::array<char, kWord.size() + 1> word;
        if (token.kind != Kind::word || token.end - token.begin > word.size())
            return false;
        std::size_t length = 0;
        for (char c : query_.substr(token.begin, token.end - token.begin))
            word[length++] = lower(c);
        return edit_distance({word.data(), length}, kWord, 1) <= 1;
    }

    int without(int at, Wish& wish) const {
        int object = is_without(at) ? at + 1 : any_of(at, kWithout);
        if (object != 0) {
            object = std::max(object, any_of(object, kArticles));
        } else if (is_sign(at, '-') && found_.tokens[at].after_space && is_joined(at + 1) && is_letter(found_.tokens[at + 1].sign)) {
            object = at + 1;
        }
        if (object == 0 || !is_kind(object, Kind::word))
            return 0;
        wish.kind = WishKind::without;
        wish.object = object;
        int end = object + 1;
        while (is_joined(end) && is_kind(end, Kind::sign) && is_joined(end + 1) && (is_kind(end + 1, Kind::word) || is_kind(end + 1, Kind::number)))
            end += 2;
        return end;
    }

    int wish_at(int at, Wish& wish) const {
        const int price_word = any_of(at, kPriceWords);
        const int rating_word = any_of(at, kRatingWords);
        const int start = std::max({at, price_word, rating_word});
        for (const auto kind : {&Reader::range, &Reader::bound}) {
            wish = Wish{};
            if (const int end = (this->*kind)(start, price_word != 0, rating_word != 0, wish))
                return end;
        }
        wish = Wish{};
        const int end = order(at, wish);
        return end != 0 ? end : without(at, wish);
    }

    std::string_view query_;
    QueryWishes& found_;
};

}  // namespace

void find_wishes(std::string_view query, QueryWishes& found) {
    found.token_count = 0;
    found.count = 0;
    split(query, found);
    Reader(query, found).read();
}

}  // namespace shopsmart::core
