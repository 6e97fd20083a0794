#include "core/word_forms.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace shopsmart::core {
namespace {

std::string forms(std::string_view text) {
    std::string all;
    word_forms(text, [](void* context, std::string_view form) {
        auto& into = *static_cast<std::string*>(context);
        into.append(into.empty() ? "" : " ").append(form);
    }, &all);
    return all;
}

TEST(WordForms, WritesCompoundsApartAndTogether) {
    EXPECT_EQ(forms("Sony WH-1000XM4/B."), "Sony WH 1000XM4 B WH1000XM4B");
    EXPECT_EQ(forms("usb-c"), "usb c usbc");
    EXPECT_EQ(forms("black+decker at&t"), "black decker blackdecker at t att");
    EXPECT_EQ(forms("- a -- b - 1-"), "a b 1");
}

TEST(WordForms, ReadsNumbersAsPeopleWriteThem) {
    EXPECT_EQ(forms("1/2 in"), "1over2 in");
    EXPECT_EQ(forms("3-1/2"), "3 1over2 31over2");
    EXPECT_EQ(forms("1,000 10,00 1,2345"), "1000 10 00 1 2345");
    EXPECT_EQ(forms("18.5 and 1.a"), "18.5 and 1 a 1a");
    EXPECT_EQ(forms("60w 10ft 123456w 5abcdef 4k"), "60w 60 w 10ft 10 ft 123456w 5abcdef 4k 4 k");
}

TEST(WordForms, DropsApostrophesAndMarkup) {
    EXPECT_EQ(forms("men's L'Oreal '80s'"), "mens LOreal 80s 80 s");
    EXPECT_EQ(forms("<p class=\"x\">Soft</p>&nbsp;towel a < b &amp; c"), "Soft towel a b c");
    EXPECT_EQ(forms("<unclosed tag"), "unclosed tag");
}

TEST(WordForms, CutsLongWordsBetweenCharacters) {
    const std::string long_word(1000, 'x');
    EXPECT_EQ(forms(long_word).size(), kLongestWord);
    std::string accents = "a";
    for (int i = 0; i < 200; ++i)
        accents += "\xC3\xA9";
    EXPECT_EQ(forms(accents).size(), kLongestWord - 1);
    EXPECT_EQ(forms(long_word + "-" + long_word).size(), 2 * kLongestWord + 1);
}

TEST(WordForms, TakesAnyBytes) {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 400, '\0');
        for (char& c : text)
            c = random() % 3 == 0 ? static_cast<char>(random()) : "a1-/.,'<>&; "[random() % 12];
        for (char c : forms(text))
            ASSERT_NE(c, '<');
    }
}

}  // namespace
}  // namespace shopsmart::core
