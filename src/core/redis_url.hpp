// Where a Redis is, as a URL says it:
//
//   redis://[user[:password]@]host[:port][/database]
//   rediss://...                                       the same through TLS
//   unix://[user[:password]@]/path[?db=database]
//
// In user, password and path, %xx stands for a byte. `redis://:secret@host` has a password without a user.
#pragma once

#include <string_view>

namespace shopsmart::core {

// Plain memory, so that it can live anywhere; texts end with a zero byte.
struct RedisUrl {
    enum class Transport { none, tcp, tls, socket };
    Transport transport;
    char host[64];
    char socket[108];  // as long as a path of a socket may be
    int port;
    char user[256];
    char password[512];
    int database;
};

// Fills `url` and returns nullptr, or tells what is wrong, in words that do not repeat the URL: it may hold a password.
// An empty text is no Redis. A host is a numeric address or localhost: looking up a name can take seconds, which nothing
// bounds, and queries wait for it.
const char* parse_redis_url(std::string_view text, RedisUrl& url) noexcept;

// The place without user and password, cut off at `size`.
void describe_redis_url(const RedisUrl& url, char* text, int size) noexcept;

}  // namespace shopsmart::core
