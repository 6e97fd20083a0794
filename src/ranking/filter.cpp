#include "ranking/filter.hpp"

namespace shopsmart::ranking {

namespace {

constexpr int kMaxElements = 1000;
constexpr Size kMaxFilterBytes = 64 * 1024;
constexpr const char* kKnownKeys = "Known keys are category, brand, price, rating, in_stock and attributes.";

struct Compiler {
    StringInfoData sql;
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

ArrayType* with_descendants(const bridge::ShopTables& shop, ArrayType* categories) {
    bridge::Parameters parameters;
    parameters.add(INT8ARRAYOID, PointerGetDatum(categories));
    const char* name = bridge::qualified_name(shop.categories);
    // UNION, not UNION ALL: a cycle in the tree ends where it began.
    const char* sql = psprintf("WITH RECURSIVE tree AS ("
                               "SELECT c.category_id FROM %s c WHERE c.category_id OPERATOR(pg_catalog.=) ANY ($1)"
                               " UNION SELECT c.category_id FROM tree t JOIN %s c ON c.parent_id OPERATOR(pg_catalog.=) t.category_id"
                               ") SELECT pg_catalog.array_agg(t.category_id) FROM tree t",
                               name, name);
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    bool is_null;
    Datum found = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
    MemoryContext previous = MemoryContextSwitchTo(caller);
    ArrayType* copy = is_null ? construct_empty_array(INT8OID) : DatumGetArrayTypePCopy(found);
    MemoryContextSwitchTo(previous);
    bridge::finish();
    return copy;
}

void restrict_categories(Compiler& compiler, Datum* categories, int count) {
    ArrayType* asked = construct_array(categories, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
    ArrayType* all = with_descendants(*compiler.shop, asked);
    appendStringInfo(&compiler.sql, " AND p.category_id OPERATOR(pg_catalog.=) ANY ($%d)", compiler.add(INT8ARRAYOID, PointerGetDatum(all)));
}

void add_category(Compiler& compiler, JsonbValue* value) {
    constexpr const char* kExpected = "an integer or an array of 1 to 1000 integers";
    int count;
    JsonbValue* elements = scalars(value, jbvNumeric, "category", kExpected, &count);
    auto* categories = static_cast<Datum*>(palloc(sizeof(Datum) * count));
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
        categories[i] = DirectFunctionCall1(numeric_int8, NumericGetDatum(number));
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

ProductPredicate compile_filter(const bridge::ShopTables& shop, Jsonb* filter, bool has_category, int64 category_id) {
    ProductPredicate predicate;
    predicate.parameters.add(INT8ARRAYOID, Datum{0});
    Compiler compiler{};
    initStringInfo(&compiler.sql);
    compiler.predicate = &predicate;
    compiler.shop = &shop;
    if (filter != nullptr) {
        compile_object(compiler, filter);
    }
    if (has_category) {
        Datum category = Int64GetDatum(category_id);
        restrict_categories(compiler, &category, 1);
    }
    predicate.sql = compiler.sql.data;
    return predicate;
}

}  // namespace shopsmart::ranking
