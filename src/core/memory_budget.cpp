#include "core/memory_budget.hpp"

#include <cstdint>
#include <new>

namespace shopsmart::core {

namespace {

constexpr std::size_t kCacheLine = 64;

}  // namespace

void MemoryBudget::reserve(std::size_t bytes) {
    while (bytes > limit_ - used_) {
        if (give_up())
            continue;
        const std::size_t needed = bytes > SIZE_MAX - used_ ? SIZE_MAX : used_ + bytes;
        throw BudgetExceeded("the memory budget is too small", needed);
    }
    used_ += bytes;
    peak_ = std::max(peak_, used_);
}

std::size_t checked_bytes(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes))
        throw LimitExceeded("a table of the build is larger than the address space");
    return bytes;
}

void* allocate_bytes(std::size_t bytes) {
    return ::operator new(std::max<std::size_t>(bytes, 1), std::align_val_t{kCacheLine});
}

void free_bytes(void* memory, std::size_t bytes) noexcept {
    ::operator delete(memory, std::max<std::size_t>(bytes, 1), std::align_val_t{kCacheLine});
}

}  // namespace shopsmart::core
