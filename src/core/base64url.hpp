// Base64url without padding, as tokens (RFC 7515) use it.
#pragma once

#include <cstddef>

namespace shopsmart::core {

constexpr std::size_t base64url_length(std::size_t bytes) { return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1); }
constexpr std::size_t base64url_bytes(std::size_t length) { return length / 4 * 3 + (length % 4 == 0 ? 0 : length % 4 - 1); }

// Writes base64url_length(size) characters.
void encode_base64url(const unsigned char* bytes, std::size_t size, char* text);

// Writes base64url_bytes(length) bytes; false when the text is not base64url.
bool decode_base64url(const char* text, std::size_t length, unsigned char* bytes);

}  // namespace shopsmart::core
