// One connection to a Redis, through hiredis: the only file that knows which version of it is there, if any. It knows no
// server, raises and throws nothing, and ends each call at its deadline, whatever the other side does.
//
// What Redis says is not trusted: replies are bounded in bytes, hold no arrays, and anything unexpected, an error reply
// included, closes the connection. The socket never blocks: hiredis alone would wait anew for each byte that drips in.
#pragma once

#include "core/redis_url.hpp"

#include <cstddef>
#include <cstdint>

struct redisContext;

namespace shopsmart::redis {

// The version of hiredis, nullptr when there was none at build time.
const char* library_version() noexcept;

struct Argument {
    const char* bytes;
    std::size_t length;
};

struct Reply {
    enum class Kind { nothing, text, number };
    Kind kind;
    const char* text;
    std::size_t length;
    std::int64_t number;
};

// Takes the replies in the order of the commands.
using TakeReply = void (*)(void* context, const Reply& reply);

class Connection {
public:
    bool is_open() const noexcept { return context_ != nullptr; }
    // Whether the other side closed an idle connection, or said something unasked.
    bool is_stale() const noexcept;

    // Each of these returns false after a fault, which leaves the connection closed.
    // ca_file: for TLS, the authorities one of which must have signed the certificate of Redis.
    bool open(const core::RedisUrl& url, const char* ca_file, int milliseconds) noexcept;
    bool add(const Argument* arguments, int count) noexcept;
    bool exchange(int milliseconds, TakeReply take, void* context) noexcept;
    void close() noexcept;

    // What went wrong last: printable, without secrets.
    const char* fault() const noexcept { return fault_; }

private:
    bool fail(const char* reason, std::size_t length) noexcept;
    bool fail(const char* reason) noexcept;
    bool wait(short events, std::int64_t deadline, int patience = kNoEnd) noexcept;
    bool encrypt(const char* ca_file) noexcept;
    bool receive(std::int64_t deadline, TakeReply take, void* context) noexcept;
    bool introduce(const core::RedisUrl& url, std::int64_t deadline) noexcept;

    static constexpr int kNoEnd = 1 << 20;  // milliseconds

    redisContext* context_ = nullptr;
    bool is_encrypted_ = false;
    int awaited_ = 0;  // replies to what was added
    char fault_[128] = "";
};

}  // namespace shopsmart::redis
