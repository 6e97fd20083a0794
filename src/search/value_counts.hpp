// How often which value occurs. Values are told apart by their bytes while they come; which of these are equal is asked once, in the end.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::search {

struct CountedValue {
    Datum value;
    int64 count;
};

class ValueCounts {
public:
    // In the current memory context.
    void open(Oid type, Oid collation);
    void add(Datum value);
    // In the order of the type. Returns how many there are.
    int sorted(CountedValue** values) const;

private:
    struct Entry {
        Datum value;
        int64 count;  // 0: free
        uint32 hash;
    };

    bool same(const Entry& entry, uint32 hash, const char* bytes, Size length) const;
    Entry* find(uint32 hash, const char* bytes, Size length) const;
    void grow();

    Oid type_;
    Oid collation_;
    bool by_value_;
    Entry* entries_;
    uint32 capacity_;
    uint32 count_;
};

}  // namespace shopsmart::search
