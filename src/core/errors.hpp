// The few ways in which core gives up. src/bridge/errors.cpp maps each to a SQLSTATE.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace shopsmart::core {

// A value that the definition does not allow (NaN weight, k of 0, ...).
struct InvalidInput : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// More items than the in-memory format can number.
struct LimitExceeded : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// More products than a model takes whose work grows faster than with their number.
struct TooManyProducts : LimitExceeded {
    TooManyProducts(const std::string& model, std::size_t number, std::size_t bound)
        : LimitExceeded("a model of kind \"" + model + "\" takes at most " + std::to_string(bound) + " products"),
          products(number) {}
    std::size_t products;
};

// The memory budget is too small even for the smallest way to work.
struct BudgetExceeded : std::runtime_error {
    BudgetExceeded(const std::string& what, std::size_t needed) : std::runtime_error(what), needed_bytes(needed) {}
    std::size_t needed_bytes;
};

// The cancel token was set while a computation ran.
struct Cancelled : std::exception {
    const char* what() const noexcept override { return "cancelled"; }
};

}  // namespace shopsmart::core
