// JSON Web Tokens signed with HMAC-SHA-256 (HS256) and the setting shopsmart.jwt_secret. Plain C style: everything is palloc'd.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::http {

// The payload with a header and a signature. Raises 55000 without a secret.
text* signed_token(const char* payload, size_t length);

// The payload of a token with our signature; nullptr for any other text. What the payload claims is not looked at.
const char* genuine_payload(const char* token, size_t length);

}  // namespace shopsmart::http
