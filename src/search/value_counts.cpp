#include "search/value_counts.hpp"

#include <algorithm>
#include <string_view>

namespace shopsmart::search {

namespace {

constexpr uint32 kFirstCapacity = 64;

Size length_of(Datum value, bool by_value) { return by_value ? sizeof(Datum) : VARSIZE_ANY_EXHDR(DatumGetPointer(value)); }

const char* bytes_of(const Datum& value, bool by_value) { return by_value ? reinterpret_cast<const char*>(&value) : VARDATA_ANY(DatumGetPointer(value)); }

bool bytes_before(Datum a, Datum b, bool by_value) {
    return std::string_view(bytes_of(a, by_value), length_of(a, by_value)) < std::string_view(bytes_of(b, by_value), length_of(b, by_value));
}

}  // namespace

void ValueCounts::open(Oid type, Oid collation) {
    type_ = type;
    // Where equal texts have equal bytes, the order of bytes is as good, and sooner told.
    collation_ = OidIsValid(collation) && get_collation_isdeterministic(collation) ? C_COLLATION_OID : collation;
    by_value_ = get_typbyval(type);
    Assert(by_value_ || get_typlen(type) == -1);
    capacity_ = kFirstCapacity;
    count_ = 0;
    entries_ = static_cast<Entry*>(palloc0(sizeof(Entry) * capacity_));
}

bool ValueCounts::same(const Entry& entry, uint32 hash, const char* bytes, Size length) const {
    return entry.hash == hash && length_of(entry.value, by_value_) == length && memcmp(bytes_of(entry.value, by_value_), bytes, length) == 0;
}

ValueCounts::Entry* ValueCounts::find(uint32 hash, const char* bytes, Size length) const {
    Entry* entry = &entries_[hash & (capacity_ - 1)];
    while (entry->count > 0 && !same(*entry, hash, bytes, length)) {
        entry = entry + 1 == entries_ + capacity_ ? entries_ : entry + 1;
    }
    return entry;
}

void ValueCounts::add(Datum value) {
    const Datum plain = by_value_ ? value : PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
    const char* bytes = bytes_of(plain, by_value_);
    const Size length = length_of(plain, by_value_);
    const uint32 hash = hash_bytes(reinterpret_cast<const unsigned char*>(bytes), static_cast<int>(length));
    Entry* entry = find(hash, bytes, length);
    if (entry->count == 0) {
        if ((count_ + 1) * 2 > capacity_) {
            grow();
            entry = find(hash, bytes, length);
        }
        entry->hash = hash;
        // Values of all types of variable length are kept alike.
        entry->value = by_value_ ? plain : PointerGetDatum(cstring_to_text_with_len(bytes, static_cast<int>(length)));
        count_++;
    }
    entry->count++;
}

void ValueCounts::grow() {
    Entry* old = entries_;
    const uint32 old_capacity = capacity_;
    capacity_ *= 2;
    entries_ = static_cast<Entry*>(MemoryContextAllocExtended(GetMemoryChunkContext(old), sizeof(Entry) * capacity_, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    for (uint32 i = 0; i < old_capacity; i++) {
        if (old[i].count > 0) {
            *find(old[i].hash, bytes_of(old[i].value, by_value_), length_of(old[i].value, by_value_)) = old[i];
        }
    }
    pfree(old);
}

int ValueCounts::sorted(CountedValue** values) const {
    SortSupportData order{};
    order.ssup_cxt = CurrentMemoryContext;
    order.ssup_collation = collation_;
    order.abbreviate = true;
    PrepareSortSupportFromOrderingOp(lookup_type_cache(type_, TYPECACHE_LT_OPR)->lt_opr, &order);
    const bool abbreviated = order.abbrev_converter != nullptr;

    struct Sorted {
        Datum key;  // of the value, abbreviated where the type knows how
        CountedValue counted;
    };
    auto* sorted = static_cast<Sorted*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Sorted) * (count_ + 1)));
    int count = 0;
    for (uint32 i = 0; i < capacity_; i++) {
        if (entries_[i].count > 0) {
            const Datum value = entries_[i].value;
            sorted[count++] = {abbreviated ? order.abbrev_converter(value, &order) : value, {value, entries_[i].count}};
        }
    }
    const auto compare = [&](const Sorted& a, const Sorted& b) {
        const int compared = ApplySortComparator(a.key, false, b.key, false, &order);
        return compared != 0 || !abbreviated ? compared : ApplySortAbbrevFullComparator(a.counted.value, false, b.counted.value, false, &order);
    };
    // Of equal ones the same counts as the value, whatever order they came in.
    std::sort(sorted, sorted + count, [&](const Sorted& a, const Sorted& b) {
        const int compared = compare(a, b);
        return compared != 0 ? compared < 0 : bytes_before(a.counted.value, b.counted.value, by_value_);
    });
    *values = static_cast<CountedValue*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CountedValue) * (count + 1)));
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && compare(sorted[i - 1], sorted[i]) == 0) {
            (*values)[kept - 1].count += sorted[i].counted.count;
        } else {
            (*values)[kept++] = sorted[i].counted;
        }
    }
    return kept;
}

}  // namespace shopsmart::search
