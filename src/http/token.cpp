#include "http/token.hpp"

#include "core/base64url.hpp"
#include "settings.hpp"

namespace shopsmart::http {

namespace {

// {"alg":"HS256","typ":"JWT"}
constexpr char kHeader[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
constexpr size_t kHeaderLength = sizeof kHeader - 1;
constexpr size_t kSignatureLength = core::base64url_length(PG_SHA256_DIGEST_LENGTH);

void sign(const char* signed_part, size_t length, char (&signature)[kSignatureLength]) {
    const char* secret = settings::jwt_secret();
    if (secret[0] == '\0') {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("there is no secret for tokens"),
                        errhint("Set shopsmart.jwt_secret to the secret of PostgREST.")));
    }
    unsigned char digest[PG_SHA256_DIGEST_LENGTH];
    pg_hmac_ctx* hmac = pg_hmac_create(PG_SHA256);
    const bool failed = hmac == nullptr || pg_hmac_init(hmac, reinterpret_cast<const uint8*>(secret), strlen(secret)) < 0 ||
                        pg_hmac_update(hmac, reinterpret_cast<const uint8*>(signed_part), length) < 0 ||
                        pg_hmac_final(hmac, digest, sizeof digest) < 0;
    pg_hmac_free(hmac);
    if (failed) {
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("could not sign a token")));
    }
    core::encode_base64url(digest, sizeof digest, signature);
}

// In a time that does not depend on where they differ.
bool same(const char* left, const char* right, size_t length) {
    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++) {
        difference |= static_cast<unsigned char>(left[i] ^ right[i]);
    }
    return difference == 0;
}

}  // namespace

text* signed_token(const char* payload, size_t length) {
    const size_t signed_length = kHeaderLength + core::base64url_length(length);
    const size_t size = VARHDRSZ + signed_length + 1 + kSignatureLength;
    text* token = static_cast<text*>(palloc(size));
    SET_VARSIZE(token, size);
    char* at = VARDATA(token);
    memcpy(at, kHeader, kHeaderLength);
    core::encode_base64url(reinterpret_cast<const unsigned char*>(payload), length, at + kHeaderLength);
    char signature[kSignatureLength];
    sign(at, signed_length, signature);
    at[signed_length] = '.';
    memcpy(at + signed_length + 1, signature, kSignatureLength);
    return token;
}

// Only tokens with exactly our header can be genuine, so the header's "alg" decides nothing.
const char* genuine_payload(const char* token, size_t length) {
    if (length < kHeaderLength + 1 + kSignatureLength || memcmp(token, kHeader, kHeaderLength) != 0) {
        return nullptr;
    }
    const size_t signed_length = length - 1 - kSignatureLength;
    char signature[kSignatureLength];
    sign(token, signed_length, signature);
    if (token[signed_length] != '.' || !same(token + signed_length + 1, signature, kSignatureLength)) {
        return nullptr;
    }
    const size_t payload_length = signed_length - kHeaderLength;
    const size_t bytes = core::base64url_bytes(payload_length);
    char* payload = static_cast<char*>(palloc(bytes + 1));
    payload[bytes] = '\0';
    if (!core::decode_base64url(token + kHeaderLength, payload_length, reinterpret_cast<unsigned char*>(payload)) ||
        strlen(payload) != bytes || !pg_verifymbstr(payload, static_cast<int>(bytes), true)) {
        return nullptr;
    }
    return payload;
}

}  // namespace shopsmart::http
