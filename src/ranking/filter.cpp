#include "ranking/filter.hpp"

#include "bridge/index_cursor.hpp"

namespace shopsmart::ranking {

namespace {

constexpr int kMaxElements = 1000;
constexpr Size kMaxFilterBytes = 64 * 1024;
constexpr const char* kKnownKeys = "Known keys are category, brand, price, rating, in_stock and attributes.";

struct Compiler {
    StringInfoData sql;
    StringInfoData category_sql;
    ProductPredicate* predicate;
    const bridge::ShopTables* shop;

    int add(Oid type, Datum value) { return predicate->parameters.add(type, value); }
};

[[noreturn]] void reject(const char* key, const char* expected) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("filter key \"%s\" has a value of the wrong kind", key),
                    errdetail("It must be %s.", expected)));
    pg_unreachable();
}

// The elements of a scalar or an array of scalars of one type.
JsonbValue* scalars(JsonbValue* value, enum jbvType type, const char* key, const char* expected, int* count) {
    if (value->type == type) {
        *count = 1;
        return value;
    }
    if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) || JsonContainerIsScalar(value->val.binary.data)) {
        reject(key, expected);
    }
    *count = static_cast<int>(JsonContainerSize(value->val.binary.data));
    if (*count < 1 || *count > kMaxElements) {
        reject(key, expected);
    }
    auto* elements = static_cast<JsonbValue*>(palloc(sizeof(JsonbValue) * *count));
    for (int i = 0; i < *count; i++) {
        elements[i] = *getIthJsonbValueFromContainer(value->val.binary.data, i);
        if (elements[i].type != type) {
            reject(key, expected);
        }
    }
    return elements;
}

constexpr bridge::IndexWish kChildren = {1, {{"parent_id", false}}, 0, {}};

struct CategoryList {
    int64* ids;
    int count;
    int capacity;
    IdSet* members;

    // A category that is there already is not added again, so that a cycle in the tree ends where it began.
    void add(int64 id) {
        if (!members->insert(id)) {
            return;
        }
        if (count == capacity) {
            capacity *= 2;
            ids = static_cast<int64*>(repalloc(ids, sizeof(int64) * capacity));
        }
        ids[count++] = id;
    }
};

void add_descendants_directly(Oid categories, Oid index, CategoryList& list) {
    bridge::IndexCursor cursor;
    cursor.open(categories, index, 1);
    const AttrNumber category_id = get_attnum(categories, "category_id");
    for (int i = 0; i < list.count; i++) {
        CHECK_FOR_INTERRUPTS();
        Datum parent = Int64GetDatum(list.ids[i]);
        cursor.seek(&parent);
        while (cursor.next()) {
            bool is_null;
            list.add(DatumGetInt64(slot_getattr(cursor.slot, category_id, &is_null)));
        }
    }
    cursor.close();
}

void add_descendants_by_sql(Oid categories, CategoryList& list) {
    MemoryContext caller = CurrentMemoryContext;
    for (int done = 0; done < list.count;) {
        const int level_end = list.count;
        auto* parents = static_cast<Datum*>(palloc(sizeof(Datum) * (level_end - done)));
        for (int i = done; i < level_end; i++) {
            parents[i - done] = Int64GetDatum(list.ids[i]);
        }
        bridge::Parameters parameters;
        parameters.add(INT8ARRAYOID, PointerGetDatum(construct_array(parents, level_end - done, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
        const char* sql = psprintf("SELECT c.category_id FROM %s c WHERE c.parent_id OPERATOR(pg_catalog.=) ANY ($1)", bridge::qualified_name(categories));
        bridge::connect();
        bridge::execute_reading(sql, parameters);
        MemoryContext connected = MemoryContextSwitchTo(caller);
        for (uint64 i = 0; i < SPI_processed; i++) {
            bool is_null;
            list.add(DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null)));
        }
        MemoryContextSwitchTo(connected);
        bridge::finish();
        done = level_end;
    }
}

// Conditions on categories add up: a product must lie below one of these and below one of those before.
void restrict_categories(Compiler& compiler, const int64* asked, int count) {
    CategoryList list{static_cast<int64*>(palloc(sizeof(int64) * (count + 16))), 0, count + 16, static_cast<IdSet*>(palloc(sizeof(IdSet)))};
    list.members->init(count + 16);
    for (int i = 0; i < count; i++) {
        list.add(asked[i]);
    }
    const Oid categories = compiler.shop->categories;
    const Oid index = bridge::may_read_directly(categories) ? bridge::find_index(categories, kChildren) : InvalidOid;
    if (OidIsValid(index)) {
        add_descendants_directly(categories, index, list);
    } else {
        add_descendants_by_sql(categories, list);
    }
    const IdSet* before = compiler.predicate->categories;
    auto* both = static_cast<IdSet*>(palloc(sizeof(IdSet)));
    both->init(list.count);
    auto* ids = static_cast<Datum*>(palloc(sizeof(Datum) * list.count));
    int kept = 0;
    for (int i = 0; i < list.count; i++) {
        if (before == nullptr || before->contains(list.ids[i])) {
            both->insert(list.ids[i]);
            ids[kept++] = Int64GetDatum(list.ids[i]);
        }
    }
    compiler.predicate->categories = both;
    ArrayType* all = construct_array(ids, kept, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
    appendStringInfo(&compiler.category_sql, " AND p.category_id OPERATOR(pg_catalog.=) ANY ($%d)", compiler.add(INT8ARRAYOID, PointerGetDatum(all)));
}

void add_category(Compiler& compiler, JsonbValue* value) {
    constexpr const char* kExpected = "an integer or an array of 1 to 1000 integers";
    int count;
    JsonbValue* elements = scalars(value, jbvNumeric, "category", kExpected, &count);
    auto* categories = static_cast<int64*>(palloc(sizeof(int64) * count));
    for (int i = 0; i < count; i++) {
        Numeric number = elements[i].val.numeric;
        const bool whole = !numeric_is_nan(number) && !numeric_is_inf(number)
                           && DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(number),
                                                               DirectFunctionCall2(numeric_trunc, NumericGetDatum(number), Int32GetDatum(0))))
                           && DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(number),
                                                                NumericGetDatum(int64_to_numeric(PG_INT64_MAX)))) <= 0
                           && DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(number),
                                                                NumericGetDatum(int64_to_numeric(PG_INT64_MIN)))) >= 0;
        if (!whole) {
            reject("category", kExpected);
        }
        categories[i] = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(number)));
    }
    restrict_categories(compiler, categories, count);
}

void add_brand(Compiler& compiler, JsonbValue* value) {
    int count;
    JsonbValue* elements = scalars(value, jbvString, "brand", "a string or an array of 1 to 1000 strings", &count);
    auto* brands = static_cast<Datum*>(palloc(sizeof(Datum) * count));
    for (int i = 0; i < count; i++) {
        brands[i] = PointerGetDatum(cstring_to_text_with_len(elements[i].val.string.val, elements[i].val.string.len));
    }
    if (count == 1) {
        // Not "= ANY": the planner knows how rare one brand is.
        appendStringInfo(&compiler.sql, " AND p.brand OPERATOR(pg_catalog.=) $%d", compiler.add(TEXTOID, brands[0]));
    } else {
        ArrayType* array = construct_array(brands, count, TEXTOID, -1, false, TYPALIGN_INT);
        appendStringInfo(&compiler.sql, " AND p.brand OPERATOR(pg_catalog.=) ANY ($%d)", compiler.add(TEXTARRAYOID, PointerGetDatum(array)));
    }
}

void add_range(Compiler& compiler, const char* column, JsonbValue* value) {
    constexpr const char* kExpected = "an object with one or more of gt, gte, lt, lte and numbers";
    if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data) || JsonContainerSize(value->val.binary.data) == 0) {
        reject(column, kExpected);
    }
    JsonbIterator* iterator = JsonbIteratorInit(value->val.binary.data);
    JsonbValue item;
    const char* comparison = nullptr;
    JsonbIteratorToken token;
    while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE) {
        if (token == WJB_KEY) {
            const char* key = pnstrdup(item.val.string.val, item.val.string.len);
            comparison = strcmp(key, "gt") == 0    ? ">"
                         : strcmp(key, "gte") == 0 ? ">="
                         : strcmp(key, "lt") == 0  ? "<"
                         : strcmp(key, "lte") == 0 ? "<="
                                                   : nullptr;
            if (comparison == nullptr) {
                reject(column, kExpected);
            }
        } else if (token == WJB_VALUE) {
            if (item.type != jbvNumeric) {
                reject(column, kExpected);
            }
            appendStringInfo(&compiler.sql, " AND p.%s OPERATOR(pg_catalog.%s) $%d", column, comparison,
                             compiler.add(NUMERICOID, NumericGetDatum(item.val.numeric)));
        }
    }
}

void add_key(Compiler& compiler, const char* key, JsonbValue* value) {
    if (strcmp(key, "category") == 0) {
        add_category(compiler, value);
    } else if (strcmp(key, "brand") == 0) {
        add_brand(compiler, value);
    } else if (strcmp(key, "price") == 0) {
        add_range(compiler, "price", value);
    } else if (strcmp(key, "rating") == 0) {
        add_range(compiler, "rating", value);
    } else if (strcmp(key, "in_stock") == 0) {
        if (value->type != jbvBool) {
            reject("in_stock", "true or false");
        }
        appendStringInfoString(&compiler.sql, value->val.boolean ? " AND p.stock OPERATOR(pg_catalog.>) 0" : " AND p.stock OPERATOR(pg_catalog.=) 0");
    } else if (strcmp(key, "attributes") == 0) {
        if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data)) {
            reject("attributes", "an object");
        }
        appendStringInfo(&compiler.sql, " AND p.attributes OPERATOR(pg_catalog.@>) $%d",
                         compiler.add(JSONBOID, PointerGetDatum(JsonbValueToJsonb(value))));
    } else {
        const int shown = pg_mbcliplen(key, static_cast<int>(strlen(key)), 64);
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown filter key \"%.*s\"", shown, key), errhint("%s", kKnownKeys)));
    }
}

void compile_object(Compiler& compiler, Jsonb* filter) {
    if (VARSIZE(filter) > kMaxFilterBytes) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("filter is too large"),
                        errdetail("It may hold at most 64 kB.")));
    }
    if (JB_ROOT_IS_SCALAR(filter)) {
        JsonbValue scalar;
        if (JsonbExtractScalar(&filter->root, &scalar) && scalar.type == jbvNull) {
            return;
        }
    }
    if (!JB_ROOT_IS_OBJECT(filter)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("filter is not a JSON object"), errhint("%s", kKnownKeys)));
    }
    JsonbIterator* iterator = JsonbIteratorInit(&filter->root);
    JsonbValue item;
    char* key = nullptr;
    JsonbIteratorToken token;
    bool inside = false;
    while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE) {
        if (token == WJB_BEGIN_OBJECT) {
            inside = true;
        } else if (token == WJB_KEY) {
            key = pnstrdup(item.val.string.val, item.val.string.len);
        } else if (token == WJB_VALUE && inside) {
            add_key(compiler, key, &item);
        }
    }
}

}  // namespace

ProductPredicate compile_filter(const bridge::ShopTables& shop, Jsonb* filter, bool has_category, int64 category_id, const bridge::Parameters* before) {
    ProductPredicate predicate;
    if (before != nullptr) {
        predicate.parameters = *before;
    } else {
        predicate.parameters.add(INT8ARRAYOID, Datum{0});
    }
    Compiler compiler{};
    predicate.categories = nullptr;
    initStringInfo(&compiler.sql);
    initStringInfo(&compiler.category_sql);
    compiler.predicate = &predicate;
    compiler.shop = &shop;
    if (filter != nullptr) {
        compile_object(compiler, filter);
    }
    if (has_category) {
        restrict_categories(compiler, &category_id, 1);
    }
    predicate.sql = compiler.sql.data;
    predicate.category_sql = compiler.category_sql.data;
    return predicate;
}

void leave_out(const bridge::ShopTables& shop, Jsonb* filter, ProductPredicate* predicate) {
    const ProductPredicate other = compile_filter(shop, filter, false, 0, &predicate->parameters);
    predicate->parameters = other.parameters;
    predicate->sql = psprintf("%s AND (true%s%s) IS NOT TRUE", predicate->sql, other.sql, other.category_sql);
}

void leave_out_named(const char* expression, ProductPredicate* predicate) {
    const int number = predicate->parameters.add(TEXTOID, CStringGetTextDatum(expression));
    // Matching takes time with the square of the length.
    predicate->sql = psprintf("%1$s AND (pg_catalog.left(p.name, 300) OPERATOR(pg_catalog.~*) $%2$d) IS NOT TRUE"
                              " AND (pg_catalog.left(p.brand, 300) OPERATOR(pg_catalog.~*) $%2$d) IS NOT TRUE", predicate->sql, number);
}

}  // namespace shopsmart::ranking
