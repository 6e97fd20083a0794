#include "core/base64url.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using shopsmart::core::base64url_bytes;
using shopsmart::core::base64url_length;

std::string encoded(const std::string& bytes) {
    std::string text(base64url_length(bytes.size()), '\0');
    shopsmart::core::encode_base64url(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), text.data());
    return text;
}

bool decodes(const std::string& text, std::string* bytes = nullptr) {
    std::string into(base64url_bytes(text.size()), '\0');
    const bool is_valid = shopsmart::core::decode_base64url(text.data(), text.size(), reinterpret_cast<unsigned char*>(into.data()));
    if (bytes != nullptr) {
        *bytes = into;
    }
    return is_valid;
}

// RFC 4648, section 10, without padding.
TEST(Base64url, EncodesTheExamplesOfTheStandard) {
    EXPECT_EQ(encoded(""), "");
    EXPECT_EQ(encoded("f"), "Zg");
    EXPECT_EQ(encoded("fo"), "Zm8");
    EXPECT_EQ(encoded("foo"), "Zm9v");
    EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
    EXPECT_EQ(encoded("\xfb\xff\xfe"), "-__-");
}

TEST(Base64url, DecodesWhatItEncoded) {
    std::mt19937 random(7);
    for (std::size_t size = 0; size < 200; size++) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(random());
        }
        std::string decoded;
        EXPECT_TRUE(decodes(encoded(bytes), &decoded));
        EXPECT_EQ(decoded, bytes);
    }
}

TEST(Base64url, RefusesAnythingElse) {
    for (const char* text : {"Z", "Zm9vY", "Zg==", "Zm+v", "Zm/v", "Zm 9", "Zm\n9", "Z\xc3\xbc"}) {
        EXPECT_FALSE(decodes(text)) << text;
    }
    EXPECT_FALSE(decodes(std::string("Zm\0v", 4)));
}

TEST(Base64url, KnowsOneTextForAValue) {
    EXPECT_TRUE(decodes("Zg"));
    EXPECT_FALSE(decodes("Zh"));
    EXPECT_TRUE(decodes("Zm8"));
    EXPECT_FALSE(decodes("Zm9"));
}

}  // namespace
