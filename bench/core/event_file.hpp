// Events from a file: what the benchmark of core reads instead of a table.
#pragma once

#include <string>
#include <vector>

#include "core/model_build.hpp"

namespace shopsmart::bench {

struct EventFile {
    std::vector<core::Event> events;
    std::vector<core::EventType> types;  // one for each distinct weight
};

// CSV lines `user,item,weight` (a first line that holds no numbers is a header), or, when the name ends in .bin,
// records of two little-endian 64-bit integers and a double. Throws std::runtime_error.
EventFile read_events(const std::string& path);

}  // namespace shopsmart::bench
