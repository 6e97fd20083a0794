#include "core/redis_url.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace shopsmart::core {

namespace {

using Transport = RedisUrl::Transport;

constexpr int kDefaultPort = 6379;
constexpr int kMostDatabases = 1 << 16;

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Takes %xx apart; false when the text is damaged, holds a zero byte or does not fit.
bool decode(std::string_view text, char* decoded, std::size_t size) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        int byte = static_cast<unsigned char>(text[i]);
        if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            byte = high * 16 + low;
            i += 2;
        }
        if (byte == 0 || length + 1 >= size)
            return false;
        decoded[length++] = static_cast<char>(byte);
    }
    decoded[length] = '\0';
    return true;
}

bool parse_number(std::string_view text, int least, int most, int& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number >= least && number <= most;
}

bool is_numeric_address(const char* host) {
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

// Removes `user:password@` from the front of the text.
const char* take_credentials(std::string_view& text, std::size_t end_of_authority, RedisUrl& url) {
    const std::size_t at = text.substr(0, end_of_authority).rfind('@');
    if (at == std::string_view::npos)
        return nullptr;
    const std::string_view credentials = text.substr(0, at);
    const std::size_t colon = credentials.find(':');
    const bool has_password = colon != std::string_view::npos;
    if (!decode(credentials.substr(0, colon), url.user, sizeof url.user)
        || (has_password && !decode(credentials.substr(colon + 1), url.password, sizeof url.password)))
        return "User or password is too long, or has a % that is not followed by two hexadecimal digits.";
    if (url.user[0] != '\0' && url.password[0] == '\0')
        return "A user wants a password: redis://user:password@host.";
    text.remove_prefix(at + 1);
    return nullptr;
}

const char* parse_host(std::string_view authority, RedisUrl& url) {
    std::string_view host = authority;
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos)
            return "An address in brackets has no end.";
        host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
        has_port = !port.empty();
        if (has_port && port[0] != ':')
            return "After an address in brackets comes nothing or a colon with the port.";
        if (has_port)
            port.remove_prefix(1);
    } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon + 1);
        has_port = true;
    }
    url.port = kDefaultPort;
    if (has_port && !parse_number(port, 1, 65535, url.port))
        return "A port is a number from 1 to 65535.";
    if (host == "localhost")
        host = "127.0.0.1";
    if (!decode(host, url.host, sizeof url.host) || !is_numeric_address(url.host))
        return "The host must be a numeric address or localhost, an IPv6 address in brackets.";
    return nullptr;
}

const char* parse_network(std::string_view text, RedisUrl& url) {
    const std::size_t slash = text.find('/');
    std::string_view rest = text;
    if (const char* fault = take_credentials(rest, slash, url))
        return fault;
    const std::size_t end = rest.find('/');
    if (const char* fault = parse_host(rest.substr(0, end), url))
        return fault;
    if (end != std::string_view::npos && end + 1 < rest.size() && !parse_number(rest.substr(end + 1), 0, kMostDatabases, url.database))
        return "After the host comes nothing or a slash with the number of the database.";
    return nullptr;
}

const char* parse_socket(std::string_view text, RedisUrl& url) {
    const std::size_t slash = text.find('/');
    std::string_view rest = text;
    if (const char* fault = take_credentials(rest, slash, url))
        return fault;
    const std::size_t question = rest.find('?');
    if (question != std::string_view::npos) {
        const std::string_view query = rest.substr(question + 1);
        if (!query.starts_with("db=") || !parse_number(query.substr(3), 0, kMostDatabases, url.database))
            return "After the path comes nothing or ?db= with the number of the database.";
    }
    const std::string_view path = rest.substr(0, question);
    if (!path.starts_with('/') || !decode(path, url.socket, sizeof url.socket))
        return "The path of a socket begins with a slash and has at most 107 bytes.";
    return nullptr;
}

const char* parse_scheme(std::string_view text, RedisUrl& url) {
    struct Scheme {
        std::string_view prefix;
        Transport transport;
    };
    constexpr Scheme kSchemes[] = {{"redis://", Transport::tcp}, {"rediss://", Transport::tls}, {"unix://", Transport::socket}};
    for (const Scheme& scheme : kSchemes) {
        if (text.starts_with(scheme.prefix)) {
            url.transport = scheme.transport;
            text.remove_prefix(scheme.prefix.size());
            return url.transport == Transport::socket ? parse_socket(text, url) : parse_network(text, url);
        }
    }
    return "A URL begins with redis://, rediss:// or unix://.";
}

}  // namespace

const char* parse_redis_url(std::string_view text, RedisUrl& url) noexcept {
    url = RedisUrl{};
    const char* fault = text.empty() ? nullptr : parse_scheme(text, url);
    if (fault != nullptr)
        url = RedisUrl{};
    return fault;
}

void describe_redis_url(const RedisUrl& url, char* text, int size) noexcept {
    const auto bytes = static_cast<std::size_t>(size);
    switch (url.transport) {
        case Transport::none:
            std::snprintf(text, bytes, "%s", "");
            break;
        case Transport::socket:
            std::snprintf(text, bytes, "unix://%s?db=%d", url.socket, url.database);
            break;
        case Transport::tcp:
        case Transport::tls: {
            const bool is_ipv6 = std::strchr(url.host, ':') != nullptr;
            std::snprintf(text, bytes, "%s://%s%s%s:%d/%d", url.transport == Transport::tls ? "rediss" : "redis", is_ipv6 ? "[" : "",
                          url.host, is_ipv6 ? "]" : "", url.port, url.database);
            break;
        }
    }
}

}  // namespace shopsmart::core
