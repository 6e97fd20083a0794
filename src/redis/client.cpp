#include "redis/client.hpp"

#include "redis/server_state.hpp"
#include "settings.hpp"

namespace shopsmart::redis {

namespace {

Connection connection;
uint64 url_of_connection = 0;  // by settings::redis_url_changes()
bool holds_descriptor = false;

void close_connection() {
    connection.close();
    if (holds_descriptor) {
        ReleaseExternalFD();
        holds_descriptor = false;
    }
}

// The first line of the file that holds the password, if there is such a setting.
bool read_password(core::RedisUrl& url) {
    const char* path = settings::redis_password_file();
    if (path[0] == '\0') {
        return true;
    }
    FILE* file = fopen(path, "r");
    if (file == nullptr) {
        return false;
    }
    const bool is_read = fgets(url.password, sizeof url.password, file) != nullptr;
    (void) fclose(file);
    url.password[strcspn(url.password, "\r\n")] = '\0';
    return is_read && url.password[0] != '\0';
}

// These return what went wrong, nullptr for nothing.
const char* ensure_connection() {
    if (connection.is_open() && (url_of_connection != settings::redis_url_changes() || connection.is_stale())) {
        close_connection();
    }
    if (connection.is_open()) {
        return nullptr;
    }
    holds_descriptor = AcquireExternalFD();
    if (!holds_descriptor) {
        return "no file descriptor is free";
    }
    url_of_connection = settings::redis_url_changes();
    core::RedisUrl url = settings::redis_url();
    if (!read_password(url)) {
        return "the password file cannot be read";
    }
    return connection.open(url, settings::redis_ca_file(), settings::redis_timeout_ms()) ? nullptr : connection.fault();
}

const char* perform(MakeCommand make, TakeReply take, void* context) {
    if (const char* fault = ensure_connection()) {
        return fault;
    }
    Command command;
    while (make(context, command)) {
        if (!connection.add(command.arguments, command.count)) {
            return connection.fault();
        }
    }
    return connection.exchange(settings::redis_timeout_ms(), take, context) ? nullptr : connection.fault();
}

}  // namespace

bool is_configured() { return library_version() != nullptr && settings::redis_url().transport != core::RedisUrl::Transport::none; }

bool exchange(MakeCommand make, TakeReply take, void* context, Admission admission) noexcept {
    if (!breaker_admits(GetCurrentTimestamp()) && admission == Admission::by_breaker) {
        return false;
    }
    const char* fault = perform(make, take, context);
    if (fault == nullptr) {
        note_success();
        return true;
    }
    close_connection();
    note_failure(GetCurrentTimestamp(), fault);
    return false;
}

}  // namespace shopsmart::redis
