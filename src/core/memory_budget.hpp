// The memory of one build: reserved before it is allocated, counted while it is held.
//
// Everything whose size grows with the data is a Buffer. Buffers are made and freed on the calling thread only, so
// that the budget needs no lock; worker threads get their scratch handed to them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>

#include "core/errors.hpp"

namespace shopsmart::core {

class MemoryBudget {
public:
    explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;

    // Throws BudgetExceeded when the bytes do not fit, even after everything that can be given up was given up.
    void reserve(std::size_t bytes);
    [[noreturn]] void refuse(std::size_t needed) const;
    void release(std::size_t bytes) noexcept { used_ -= bytes; }

    std::size_t limit() const noexcept { return limit_; }
    std::size_t used() const noexcept { return used_; }
    std::size_t peak() const noexcept { return peak_; }
    std::size_t available() const noexcept { return limit_ - used_; }

    // give_up frees something that can be had again and says whether there was anything.
    void when_full(std::function<bool()> give_up) { give_up_ = std::move(give_up); }
    bool give_up() { return give_up_ && give_up_(); }

private:
    std::size_t limit_;
    std::size_t used_ = 0;
    std::size_t peak_ = 0;
    std::function<bool()> give_up_;
};

// count * size, or LimitExceeded.
std::size_t checked_bytes(std::size_t count, std::size_t size);

// Memory aligned to a cache line at least.
void* allocate_bytes(std::size_t bytes);
void free_bytes(void* memory, std::size_t bytes) noexcept;

// A fixed number of plain values. Uninitialised unless filled.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    Buffer() = default;
    Buffer(MemoryBudget& budget, std::size_t size) : budget_(&budget), size_(size) {
        const std::size_t bytes = checked_bytes(size, sizeof(T));
        budget.reserve(bytes);
        try {
            data_ = static_cast<T*>(allocate_bytes(bytes));
        } catch (...) {
            budget.release(bytes);
            throw;
        }
    }
    Buffer(MemoryBudget& budget, std::size_t size, const T& value) : Buffer(budget, size) {
        std::fill_n(data_, size_, value);
    }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Buffer() {
        if (data_ == nullptr)
            return;
        free_bytes(data_, size_ * sizeof(T));
        budget_->release(size_ * sizeof(T));
    }

    // A buffer of another size with the first values of this one.
    Buffer resized(std::size_t size) const {
        Buffer copy(*budget_, size);
        std::copy_n(data_, std::min(size, size_), copy.data_);
        return copy;
    }

    T* data() noexcept { return data_; }
    const T* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T& operator[](std::size_t at) noexcept { return data_[at]; }
    const T& operator[](std::size_t at) const noexcept { return data_[at]; }
    T* begin() noexcept { return data_; }
    T* end() noexcept { return data_ + size_; }
    const T* begin() const noexcept { return data_; }
    const T* end() const noexcept { return data_ + size_; }
    std::span<T> view() noexcept { return {data_, size_}; }
    std::span<const T> view() const noexcept { return {data_, size_}; }

private:
    void swap(Buffer& other) noexcept {
        std::swap(budget_, other.budget_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    MemoryBudget* budget_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace shopsmart::core
