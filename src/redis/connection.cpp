#include "redis/connection.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#ifdef SHOPSMART_HIREDIS

#include <hiredis/hiredis.h>
#ifdef SHOPSMART_HIREDIS_TLS
#include <hiredis/hiredis_ssl.h>
#endif

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace shopsmart::redis {

namespace {

// All replies of one exchange together. The largest that is asked for is a published answer.
constexpr std::size_t kMostBytes = 256 * 1024;
constexpr int kMostArguments = 8;

#define SHOPSMART_TEXT_OF(number) #number
#define SHOPSMART_VERSION_TEXT(major, minor, patch) SHOPSMART_TEXT_OF(major) "." SHOPSMART_TEXT_OF(minor) "." SHOPSMART_TEXT_OF(patch)

std::int64_t now() noexcept {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

std::int64_t deadline_in(int milliseconds) noexcept { return now() + std::int64_t{milliseconds} * 1000; }

void ignore(void*, const Reply&) {}

// hiredis would allocate as many elements as a reply claims to have; what is asked here is never answered by an array.
// (The count of elements is an int up to 0.14 and a size_t from 1.0 on.)
void refuse_arrays(redisContext* context) noexcept {
    static redisReplyObjectFunctions without_arrays = *context->reader->fn;
    without_arrays.createArray = [](const redisReadTask*, auto) -> void* { return nullptr; };
    context->reader->fn = &without_arrays;
}

Reply reply_of(const redisReply& reply) noexcept {
    switch (reply.type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            return {Reply::Kind::text, reply.str, reply.len, 0};
        case REDIS_REPLY_INTEGER:
            return {Reply::Kind::number, nullptr, 0, reply.integer};
        default:
            return {Reply::Kind::nothing, nullptr, 0, 0};
    }
}

Argument text_argument(const char* text) noexcept { return {text, std::strlen(text)}; }

}  // namespace

const char* library_version() noexcept { return SHOPSMART_VERSION_TEXT(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH); }

void Connection::close() noexcept {
    if (context_ != nullptr) {
        redisFree(context_);
        context_ = nullptr;
    }
    is_encrypted_ = false;
    awaited_ = 0;
}

bool Connection::fail(const char* reason, std::size_t length) noexcept {
    // The reason may be in the memory of the connection, and may be anything that Redis said.
    std::size_t used = 0;
    for (; used < std::min(length, sizeof fault_ - 1); ++used) {
        fault_[used] = reason[used] >= ' ' && reason[used] <= '~' ? reason[used] : '?';
    }
    fault_[used] = '\0';
    close();
    return false;
}

bool Connection::fail(const char* reason) noexcept { return fail(reason, std::strlen(reason)); }

// True when the socket is ready, or when patience, in milliseconds, has an end before the deadline.
bool Connection::wait(short events, std::int64_t deadline, int patience) noexcept {
    for (;;) {
        const std::int64_t left = deadline - now();
        if (left <= 0) {
            return fail("timed out");
        }
        pollfd socket{context_->fd, events, 0};
        const auto longest = static_cast<int>((left + 999) / 1000);
        const int ready = poll(&socket, 1, std::min(longest, patience));
        if (ready > 0 || (ready == 0 && patience < longest)) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return fail(std::strerror(errno));
        }
    }
}

bool Connection::is_stale() const noexcept {
    pollfd socket{context_->fd, POLLIN, 0};
    return poll(&socket, 1, 0) != 0;
}

#ifdef SHOPSMART_HIREDIS_TLS
// hiredis asks who signed the certificate, not for whom: so the authorities have to be named, best one of the shop's own.
bool Connection::encrypt(const char* ca_file) noexcept {
    if (ca_file[0] == '\0') {
        return fail("shopsmart.redis_ca_file is empty");
    }
    redisSSLContextError error = REDIS_SSL_CTX_NONE;
    redisSSLContext* tls = redisCreateSSLContext(ca_file, nullptr, nullptr, nullptr, nullptr, &error);
    if (tls == nullptr) {
        return fail(redisSSLContextGetError(error));
    }
    const int status = redisInitiateSSLWithContext(context_, tls);
    redisFreeSSLContext(tls);  // the connection keeps what it needs of it
    is_encrypted_ = true;
    return status == REDIS_OK || fail(context_->errstr);
}
#else
bool Connection::encrypt(const char*) noexcept { return fail("shopsmart was built without TLS for Redis"); }
#endif

bool Connection::open(const core::RedisUrl& url, const char* ca_file, int milliseconds) noexcept {
    close();
    const std::int64_t deadline = deadline_in(milliseconds);
    context_ = url.transport == core::RedisUrl::Transport::socket ? redisConnectUnixNonBlock(url.socket)
                                                                   : redisConnectNonBlock(url.host, url.port);
    if (context_ == nullptr) {
        return fail("out of memory");
    }
    if (context_->err != 0) {
        return fail(context_->errstr);
    }
    // No program that the server starts shall inherit it.
    (void) fcntl(context_->fd, F_SETFD, FD_CLOEXEC);
    refuse_arrays(context_);
    if (!wait(POLLOUT, deadline)) {
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(context_->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return fail(std::strerror(error != 0 ? error : errno));
    }
    if (url.transport == core::RedisUrl::Transport::tls && !encrypt(ca_file)) {
        return false;
    }
    return introduce(url, deadline);
}

bool Connection::introduce(const core::RedisUrl& url, std::int64_t deadline) noexcept {
    if (url.password[0] != '\0') {
        const Argument with_user[] = {text_argument("AUTH"), text_argument(url.user), text_argument(url.password)};
        const Argument without_user[] = {with_user[0], with_user[2]};
        if (!(url.user[0] != '\0' ? add(with_user, 3) : add(without_user, 2))) {
            return false;
        }
    }
    if (url.database != 0) {
        char number[16];
        std::snprintf(number, sizeof number, "%d", url.database);
        const Argument select[] = {text_argument("SELECT"), text_argument(number)};
        if (!add(select, 2)) {
            return false;
        }
    }
    return awaited_ == 0 || receive(deadline, ignore, nullptr);
}

bool Connection::add(const Argument* arguments, int count) noexcept {
    const char* texts[kMostArguments];
    std::size_t lengths[kMostArguments];
    for (int i = 0; i < count; ++i) {
        texts[i] = arguments[i].bytes;
        lengths[i] = arguments[i].length;
    }
    if (redisAppendCommandArgv(context_, count, texts, lengths) != REDIS_OK) {
        return fail(context_->errstr);
    }
    ++awaited_;
    return true;
}

bool Connection::exchange(int milliseconds, TakeReply take, void* context) noexcept {
    return receive(deadline_in(milliseconds), take, context);
}

bool Connection::receive(std::int64_t deadline, TakeReply take, void* context) noexcept {
    int is_sent = 0;
    std::size_t bytes = 0;
    while (awaited_ > 0) {
        void* answer = nullptr;
        if (redisGetReplyFromReader(context_, &answer) != REDIS_OK) {
            return fail(context_->errstr);
        }
        if (answer != nullptr) {
            const auto& reply = *static_cast<redisReply*>(answer);
            const bool is_error = reply.type == REDIS_REPLY_ERROR;
            if (is_error) {
                fail(reply.str, reply.len);
            } else {
                --awaited_;
                take(context, reply_of(reply));
            }
            freeReplyObject(answer);
            if (is_error) {
                return false;
            }
            continue;
        }
        if (is_sent == 0 && redisBufferWrite(context_, &is_sent) != REDIS_OK) {
            return fail(context_->errstr);
        }
        // TLS keeps bytes of its own and may have to read before it can write, which poll() does not see.
        if (is_encrypted_ ? !wait(POLLIN, deadline, 1) : !wait(static_cast<short>(is_sent != 0 ? POLLIN : POLLIN | POLLOUT), deadline)) {
            return false;
        }
        const std::size_t before = context_->reader->len;
        if (redisBufferRead(context_) != REDIS_OK) {
            return fail(context_->errstr);
        }
        bytes += context_->reader->len - before;
        if (bytes > kMostBytes) {
            return fail("too long a reply");
        }
    }
    if (context_->reader->pos < context_->reader->len) {
        return fail("more replies than questions");
    }
    return true;
}

}  // namespace shopsmart::redis

#else

namespace shopsmart::redis {

const char* library_version() noexcept { return nullptr; }
bool Connection::fail(const char* reason) noexcept {
    std::snprintf(fault_, sizeof fault_, "%s", reason);
    return false;
}
bool Connection::is_stale() const noexcept { return false; }
bool Connection::open(const core::RedisUrl&, const char*, int) noexcept { return fail("shopsmart was built without hiredis"); }
bool Connection::add(const Argument*, int) noexcept { return false; }
bool Connection::exchange(int, TakeReply, void*) noexcept { return false; }
void Connection::close() noexcept {}

}  // namespace shopsmart::redis

#endif
