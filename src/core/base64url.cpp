#include "core/base64url.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace shopsmart::core {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

void encode_base64url(const unsigned char* bytes, std::size_t size, char* text) {
    for (std::size_t at = 0; at < size; at += 3) {
        const std::size_t taken = std::min<std::size_t>(3, size - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; i++) {
            bits = bits << 8 | (i < taken ? bytes[at + i] : 0U);
        }
        for (std::size_t i = 0; i <= taken; i++) {
            *text++ = kAlphabet[bits >> (18 - 6 * i) & 63];
        }
    }
}

bool decode_base64url(const char* text, std::size_t length, unsigned char* bytes) {
    if (length % 4 == 1) {
        return false;
    }
    for (std::size_t at = 0; at < length; at += 4) {
        const std::size_t taken = std::min<std::size_t>(4, length - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; i++) {
            const std::size_t digit = i < taken ? kAlphabet.find(text[at + i]) : 0;
            if (digit == std::string_view::npos) {
                return false;
            }
            bits = bits << 6 | static_cast<std::uint32_t>(digit);
        }
        for (std::size_t i = 0; i + 1 < taken; i++) {
            *bytes++ = static_cast<unsigned char>(bits >> (16 - 8 * i));
        }
        // One text for a value: what the last character has left over is zero.
        if (taken < 4 && (bits & ((1U << (8 * (4 - taken))) - 1)) != 0) {
            return false;
        }
    }
    return true;
}

}  // namespace shopsmart::core
