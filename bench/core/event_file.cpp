#include "event_file.hpp"

#include <charconv>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>

namespace shopsmart::bench {

namespace {

struct Row {
    std::int64_t user;
    std::int64_t item;
    double weight;
};

std::string whole_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        throw std::runtime_error("cannot open " + path);
    std::string content(static_cast<std::size_t>(file.tellg()), '\0');
    file.seekg(0);
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    return content;
}

// Parses one field and steps over the separator behind it.
template <class Number>
bool parse_field(std::string_view& line, Number& number) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc{})
        return false;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (!line.empty() && (line.front() == ',' || line.front() == '\r'))
        line.remove_prefix(1);
    return true;
}

template <class Take>
void for_each_csv_row(std::string_view content, const Take& take) {
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::size_t length = std::min(content.find('\n'), content.size());
        std::string_view line = content.substr(0, length);
        content.remove_prefix(std::min(length + 1, content.size()));
        Row row{};
        if (parse_field(line, row.user) && parse_field(line, row.item) && parse_field(line, row.weight))
            take(row);
        else if (number != 1)
            throw std::runtime_error("line " + std::to_string(number) + " is not user,item,weight");
    }
}

template <class Take>
void for_each_binary_row(std::string_view content, const Take& take) {
    if (content.size() % sizeof(Row) != 0)
        throw std::runtime_error("the file does not hold whole records");
    for (std::size_t at = 0; at < content.size(); at += sizeof(Row)) {
        Row row;
        std::memcpy(&row, content.data() + at, sizeof(Row));
        take(row);
    }
}

}  // namespace

EventFile read_events(const std::string& path) {
    const std::string content = whole_file(path);
    EventFile file;
    std::map<double, std::uint32_t> type_of_weight;
    const auto take = [&](const Row& row) {
        const auto [found, added] = type_of_weight.emplace(row.weight, static_cast<std::uint32_t>(file.types.size()));
        if (added)
            file.types.push_back({row.weight, false});
        file.events.push_back({row.user, row.item, 1, 0, found->second});
    };
    if (path.ends_with(".bin"))
        for_each_binary_row(content, take);
    else
        for_each_csv_row(content, take);
    return file;
}

}  // namespace shopsmart::bench
