// Random numbers with the same bits on every machine: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
// number generators, OOPSLA 2014).
#pragma once

#include <cstdint>

namespace shopsmart::core {

constexpr std::uint64_t mixed_bits(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

class RandomBits {
public:
    // Streams of one seed are independent of each other.
    RandomBits(std::uint64_t seed, std::uint64_t stream) : state_(mixed_bits(seed + kStep * mixed_bits(stream + 1))) {}

    std::uint64_t next() { return mixed_bits(state_ += kStep); }
    // 0 <= result < bound. The bias of at most bound / 2^64 does not matter here.
    std::uint64_t below(std::uint64_t bound) {
        __extension__ typedef unsigned __int128 Wide;
        return static_cast<std::uint64_t>(static_cast<Wide>(next()) * bound >> 64);
    }

private:
    static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
    std::uint64_t state_;
};

}  // namespace shopsmart::core
