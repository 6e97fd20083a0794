#include "core/memory_budget.hpp"

#include <cstdint>
#include <new>
#include <string>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace shopsmart::core {

namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kLargeTable = std::size_t{1} << 20;

}  // namespace

void MemoryBudget::reserve(std::size_t bytes) {
    while (bytes > limit_ - used_) {
        if (give_up())
            continue;
        const std::size_t needed = bytes > SIZE_MAX - used_ ? SIZE_MAX : used_ + bytes;
        refuse(needed);
    }
    used_ += bytes;
    peak_ = std::max(peak_, used_);
}

void MemoryBudget::refuse(std::size_t needed) const {
    throw BudgetExceeded("the memory budget of " + std::to_string(limit_) + " bytes is too small, at least " +
                             std::to_string(needed) + " bytes are needed",
                         needed);
}

std::size_t checked_bytes(std::size_t count, std::size_t size) {
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes))
        throw LimitExceeded("a table of the build is larger than the address space");
    return bytes;
}

// Large tables come straight from the kernel, in huge pages where it has some to give, and go back to it when freed:
// the caller's process lives on after the build.
void* allocate_bytes(std::size_t bytes) {
#if defined(__linux__)
    if (bytes >= kLargeTable) {
        void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc();
        madvise(memory, bytes, MADV_HUGEPAGE);
        return memory;
    }
#endif
    return ::operator new(std::max<std::size_t>(bytes, 1), std::align_val_t{kCacheLine});
}

void free_bytes(void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__)
    if (bytes >= kLargeTable) {
        munmap(memory, bytes);
        return;
    }
#endif
    ::operator delete(memory, std::align_val_t{kCacheLine});
}

}  // namespace shopsmart::core
