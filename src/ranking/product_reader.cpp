#include "ranking/product_reader.hpp"

#include "bridge/columns.hpp"
#include "bridge/query.hpp"
#include "bridge/relations.hpp"
#include "cache/shared_places.hpp"

namespace shopsmart::ranking {

namespace {

constexpr bridge::IndexWish kProductKey = {1, {{"product_id", false}}, 0, {}, true};

// Where the session last saw products of one table; a slot for many ids, the last one stays. The row itself says its id.
struct Hint {
    ItemPointerData place;  // not valid: free
    uint16 tag;             // tells most ids of a slot apart
};
constexpr int kHintBits = 16;
Hint hints[1 << kHintBits];
Oid hinted_table = InvalidOid;

uint64 hash_of(int64 product_id) { return static_cast<uint64>(product_id) * UINT64CONST(0x9E3779B97F4A7C15); }
Hint& hint_of(uint64 hash) { return hints[hash >> (64 - kHintBits)]; }
uint16 tag_of(uint64 hash) { return static_cast<uint16>(hash >> 16); }

}  // namespace

bool ProductReader::open(Oid products) {
    if (!bridge::may_read_directly(products)) {
        return false;
    }
    index_ = bridge::find_index(products, kProductKey);
    if (!OidIsValid(index_)) {
        return false;
    }
    table_ = table_open(products, AccessShareLock);
    blocks_ = RelationGetNumberOfBlocks(table_);
    places_ = table_index_fetch_begin(table_);
    hinted_ = table_slot_create(table_, nullptr);
    cursor_open_ = false;
    product_id_ = bridge::required_column(table_, "product_id", INT8OID);
    is_active_ = bridge::required_column(table_, "is_active", BOOLOID);
    if (hinted_table != products) {
        memset(hints, 0, sizeof hints);
        hinted_table = products;
    }
    return true;
}

bool ProductReader::fetch(int64 product_id) { return fetch_at_hint(product_id) || fetch_by_key(product_id); }

bool ProductReader::fetch_at_hint(int64 product_id) {
    const uint64 hash = hash_of(product_id);
    Hint& hint = hint_of(hash);
    if (hint.tag != tag_of(hash) || !ItemPointerIsValid(&hint.place)) {
        ItemPointerData shared;
        if (!cache::find_shared_place(RelationGetRelid(table_), static_cast<uint64>(product_id), &shared)) {
            return false;
        }
        hint = {shared, tag_of(hash)};
    }
    // The table may have shrunk since.
    if (ItemPointerGetBlockNumber(&hint.place) >= blocks_) {
        return false;
    }
    ItemPointerData place = hint.place;
    bool another = false;
    if (!table_index_fetch_tuple(places_, &place, GetActiveSnapshot(), hinted_, &another, nullptr)) {
        return false;
    }
    bool is_null;
    const Datum found = slot_getattr(hinted_, product_id_, &is_null);
    current_ = hinted_;
    return !is_null && DatumGetInt64(found) == product_id;
}

bool ProductReader::fetch_by_key(int64 product_id) {
    if (!cursor_open_) {
        cursor_.open(table_, index_, 1);
        cursor_open_ = true;
    }
    Datum key = Int64GetDatum(product_id);
    cursor_.seek(&key);
    if (!cursor_.next()) {
        return false;
    }
    current_ = cursor_.slot;
    const uint64 hash = hash_of(product_id);
    hint_of(hash) = {cursor_.entry, tag_of(hash)};
    cache::note_shared_place(RelationGetRelid(table_), static_cast<uint64>(product_id), cursor_.entry);
    return true;
}

bool ProductReader::is_active() {
    bool is_null;
    Datum value = slot_getattr(current_, is_active_, &is_null);
    return !is_null && DatumGetBool(value);
}

bool ProductReader::category(int64* category_id) {
    bool is_null;
    Datum value = slot_getattr(current_, bridge::required_column(table_, "category_id", INT8OID), &is_null);
    if (!is_null) {
        *category_id = DatumGetInt64(value);
    }
    return !is_null;
}

void ProductReader::close() {
    if (cursor_open_) {
        cursor_.close();
    }
    ExecDropSingleTupleTableSlot(hinted_);
    table_index_fetch_end(places_);
    table_close(table_, AccessShareLock);
}

bool product_exists(const bridge::ShopTables& shop, int64 product_id) {
    ProductReader products;
    bool exists;
    if (products.open(shop.products)) {
        exists = products.fetch(product_id);
        products.close();
        return exists;
    }
    bridge::Parameters parameters;
    parameters.add(INT8OID, Int64GetDatum(product_id));
    bridge::connect();
    bridge::execute_reading(psprintf("SELECT 1 FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) $1", bridge::qualified_name(shop.products)),
                            parameters);
    exists = SPI_processed > 0;
    bridge::finish();
    return exists;
}

}  // namespace shopsmart::ranking
