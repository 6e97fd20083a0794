#include "ranking/product_reader.hpp"

#include "bridge/query.hpp"

namespace shopsmart::ranking {

namespace {
constexpr bridge::IndexWish kProductKey = {1, {{"product_id", false}}, 0, {}};
}

bool ProductReader::open(Oid products) {
    if (!bridge::may_read_directly(products)) {
        return false;
    }
    const Oid index = bridge::find_index(products, kProductKey);
    if (!OidIsValid(index)) {
        return false;
    }
    cursor_.open(products, index, 1);
    is_active_ = get_attnum(products, "is_active");
    category_id_ = get_attnum(products, "category_id");
    return true;
}

bool ProductReader::fetch(int64 product_id) {
    Datum key = Int64GetDatum(product_id);
    cursor_.seek(&key);
    return cursor_.next();
}

bool ProductReader::is_active() {
    bool is_null;
    Datum value = slot_getattr(cursor_.slot, is_active_, &is_null);
    return !is_null && DatumGetBool(value);
}

bool ProductReader::category(int64* category_id) {
    bool is_null;
    Datum value = slot_getattr(cursor_.slot, category_id_, &is_null);
    if (!is_null) {
        *category_id = DatumGetInt64(value);
    }
    return !is_null;
}

void ProductReader::close() { cursor_.close(); }

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
