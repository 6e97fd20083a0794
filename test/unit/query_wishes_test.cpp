#include "core/query_wishes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>

namespace shopsmart::core {
namespace {

// Each wish with its text, then the words that are left: "price ..80[under 80] shoes".
std::string wishes(std::string_view query) {
    QueryWishes found;
    find_wishes(query, found);
    std::ostringstream all;
    constexpr const char* kKinds[] = {"price", "rating", "sort", "without"};
    constexpr const char* kOrders[] = {"price_asc", "price_desc", "rating", "newest"};
    for (int i = 0; i < found.count; ++i) {
        const Wish& wish = found.wishes[i];
        all << kKinds[static_cast<int>(wish.kind)] << (wish.kind == WishKind::without ? "" : " ");
        if (wish.kind == WishKind::sort)
            all << kOrders[static_cast<int>(wish.order)];
        if (wish.least >= 0)
            all << wish.least;
        if (wish.least >= 0 || wish.most >= 0)
            all << "..";
        if (wish.most >= 0)
            all << wish.most;
        const auto begin = found.tokens[wish.first].begin;
        all << '[' << query.substr(begin, found.tokens[wish.end - 1].end - begin) << "] ";
    }
    for (int i = 0; i < found.token_count; ++i) {
        if (!found.tokens[i].used && found.tokens[i].kind != QueryToken::Kind::sign)
            all << query.substr(found.tokens[i].begin, found.tokens[i].end - found.tokens[i].begin) << ' ';
    }
    std::string text = all.str();
    return text.substr(0, text.empty() ? 0 : text.size() - 1);
}

TEST(QueryWishes, UnderstandsBoundsOfPrices) {
    EXPECT_EQ(wishes("red runing shoes under 80"), "price ..80[under 80] red runing shoes");
    EXPECT_EQ(wishes("shoes Under $80 for men"), "price ..80[Under $80] shoes for men");
    EXPECT_EQ(wishes("between 20 and 50 euro bag"), "price 20..50[between 20 and 50 euro] bag");
    EXPECT_EQ(wishes("80-100 usd tent"), "price 80..100[80-100 usd] tent");
    EXPECT_EQ(wishes("$100 - $80 tent"), "price 80..100[$100 - $80] tent");
    EXPECT_EQ(wishes("price from 10 to 30.50"), "price 10..30.5[price from 10 to 30.50]");
    EXPECT_EQ(wishes("tv less than 1,299.99"), "price ..1299.99[less than 1,299.99] tv");
    EXPECT_EQ(wishes("lamp over \xE2\x82\xAC" "20"), "price 20..[over \xE2\x82\xAC" "20] lamp");
    EXPECT_EQ(wishes("lamp 20\xE2\x82\xAC or less"), "price ..20[20\xE2\x82\xAC or less] lamp");
    EXPECT_EQ(wishes("lamp $20 and up"), "price 20..[$20 and up] lamp");
    EXPECT_EQ(wishes("over 20 under 50 lamp"), "price 20..[over 20] price ..50[under 50] lamp");
    EXPECT_EQ(wishes("lamp no more than 30 dollars"), "price ..30[no more than 30 dollars] lamp");
    EXPECT_EQ(wishes("lamp <= 30"), "price ..30[<= 30] lamp");
    EXPECT_EQ(wishes("lamp max $30"), "price ..30[max $30] lamp");
    EXPECT_EQ(wishes("lamp from $30"), "price 30..[from $30] lamp");
}

TEST(QueryWishes, LeavesOtherNumbersAlone) {
    for (const char* query : {"over ear headphones", "under 10 inch", "less than 2 tb drive", "iphone 12 pro max 128", "under 80w bulb", "under 1/2", "1-2 person", "size 42",
                              "between 2", "under", "under the desk", "from 10 to 30", "over 50%", "2 to 4", "under 123456789012345", "$80", "80 usd"})
        EXPECT_EQ(wishes(query).find("price"), std::string::npos) << wishes(query);
}

TEST(QueryWishes, UnderstandsRatingsAndOrders) {
    EXPECT_EQ(wishes("4 stars and up lamp"), "rating 4..[4 stars and up] lamp");
    EXPECT_EQ(wishes("lamp 4.5+ stars"), "rating 4.5..[4.5+ stars] lamp");
    EXPECT_EQ(wishes("lamp at least 3 stars"), "rating 3..[at least 3 stars] lamp");
    EXPECT_EQ(wishes("lamp rated 4 or better"), "rating 4..[rated 4 or better] lamp");
    EXPECT_EQ(wishes("lamp rating above 4"), "rating 4..[rating above 4] lamp");
    EXPECT_EQ(wishes("5 star hotel sign"), "5 star hotel sign");
    EXPECT_EQ(wishes("at least 50 stars flag"), "at least 50 stars flag");
    EXPECT_EQ(wishes("cheapest lamp"), "sort price_asc[cheapest] lamp");
    EXPECT_EQ(wishes("lamp Least Expensive"), "sort price_asc[Least Expensive] lamp");
    EXPECT_EQ(wishes("most expensive lamp"), "sort price_desc[most expensive] lamp");
    EXPECT_EQ(wishes("newest lamp"), "sort newest[newest] lamp");
    EXPECT_EQ(wishes("best-rated lamp"), "sort rating[best-rated] lamp");
    EXPECT_EQ(wishes("top rated lamp"), "sort rating[top rated] lamp");
}

TEST(QueryWishes, UnderstandsWhatMustNotBeThere) {
    EXPECT_EQ(wishes("jacket without a hood"), "without[without a hood] jacket");
    EXPECT_EQ(wishes("jacket -hood"), "without[-hood] jacket");
    EXPECT_EQ(wishes("not leather belt"), "without[not leather] belt");
    EXPECT_EQ(wishes("suit without t-shirt blue"), "without[without t-shirt] suit blue");
    EXPECT_EQ(wishes("t-shirt wh -1000xm4 usb - c"), "t shirt wh 1000xm4 usb c");
    EXPECT_EQ(wishes("jacket without"), "jacket without");
    EXPECT_EQ(wishes("jacket wihtout hood"), "without[wihtout hood] jacket");
    EXPECT_EQ(wishes("jacket Withoutt hood"), "without[Withoutt hood] jacket");
    EXPECT_EQ(wishes("jacket withut a hood"), "without[withut a hood] jacket");
    EXPECT_EQ(wishes("jacket withot hod"), "without[withot hod] jacket");
    EXPECT_EQ(wishes("jacket with hood"), "jacket with hood");
    EXPECT_EQ(wishes("not more than 20 belt"), "price ..20[not more than 20] belt");
}

TEST(QueryWishes, SurvivesAnything) {
    std::mt19937 random(1);
    const char* parts[] = {"under", "$", "80", " ", "-", "stars", "and", "up", "between", "not", "a", "\xE2\x82\xAC", "\xE2", "4+", "'", "rated", "1,000", "cheapest", "<", "=", "\xff", "price", "from", "to", "&"};
    for (int round = 0; round < 20000; ++round) {
        std::string query;
        for (unsigned length = random() % 40; length > 0; --length)
            query += std::string(parts[random() % std::size(parts)]) + (random() % 2 == 0 ? " " : "");
        QueryWishes found;
        find_wishes(query, found);
        int end = 0;
        for (int i = 0; i < found.count; ++i) {
            ASSERT_GE(found.wishes[i].first, end) << query;
            end = found.wishes[i].end;
            ASSERT_LE(end, found.token_count) << query;
        }
        for (int i = 0; i < found.token_count; ++i)
            ASSERT_LT(found.tokens[i].begin, found.tokens[i].end) << query;
    }
    QueryWishes found;
    find_wishes(std::string(100000, '1') + std::string(100000, ' '), found);
    find_wishes(std::string(1000, '-'), found);
    EXPECT_EQ(found.token_count, kMostQueryTokens);
}

}  // namespace
}  // namespace shopsmart::core
