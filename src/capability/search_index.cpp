// shopsmart_rebuild_search() and the triggers that keep the search index.
//
// A rebuild first notes which rows of search_changes it sees, then reads the products: what those rows say is in the
// products by then. It writes a new generation, switches to it and deletes exactly those rows, all in one commit. A
// change that commits meanwhile keeps its row and counts beside the new generation, as it did beside the old one.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/columns.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/job.hpp"
#include "bridge/leaf_tables.hpp"
#include "bridge/model_writer.hpp"
#include "bridge/relations.hpp"
#include "core/posting_collector.hpp"
#include "search/changes.hpp"
#include "search/index.hpp"
#include "search/index_format.hpp"
#include "search/names.hpp"
#include "search/phrases.hpp"
#include "search/vocabulary.hpp"
#include "settings.hpp"

#include <chrono>

namespace shopsmart::capability {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point start, Clock::time_point end) { return std::chrono::duration<double>(end - start).count(); }

struct Rebuild {
    int64 generation;
    Oid configuration;
    text* configuration_name;
    TimestampTz as_of;
    int64* changes;      // ids of the rows of search_changes that were there before the products were read
    int64 change_count;
    Portal products;
    bridge::BulkWriter postings;
    bridge::BulkWriter documents;
    bridge::BulkWriter words;
    bridge::BulkWriter names;
    bridge::BulkWriter phrases;
};

struct Report {
    int64 products;
    int64 words;
    double mean_name_length;
    double mean_description_length;
};

search::Text text_of(HeapTuple row, TupleDesc columns, int column) {
    bool is_null;
    const Datum value = heap_getattr(row, column, columns, &is_null);
    if (is_null) {
        return {};
    }
    const text* packed = DatumGetTextPP(value);
    return {VARDATA_ANY(packed), static_cast<int>(VARSIZE_ANY_EXHDR(packed))};
}

// Columns of a query: product_id, sku, name, brand, description, name of the category.
constexpr const char* kTextColumns = "p.product_id, p.sku, p.name, p.brand, p.description, c.name";

search::ProductText product_text(HeapTuple row, TupleDesc columns) {
    search::ProductText product;
    product.sku = text_of(row, columns, 2);
    product.name = text_of(row, columns, 3);
    product.brand = text_of(row, columns, 4);
    product.description = text_of(row, columns, 5);
    product.category = text_of(row, columns, 6);
    return product;
}

int64 product_id_of(HeapTuple row, TupleDesc columns) {
    bool is_null;
    return DatumGetInt64(heap_getattr(row, 1, columns, &is_null));
}

// ---- the rebuild ----

void read_changes(Rebuild& rebuild) {
    MemoryContext caller = CurrentMemoryContext;
    SPI_connect();
    if (SPI_execute("SELECT c.change_id FROM shopsmart.search_changes c", false, 0) != SPI_OK_SELECT) {
        elog(ERROR, "reading shopsmart.search_changes failed");
    }
    rebuild.change_count = static_cast<int64>(SPI_processed);
    rebuild.changes = static_cast<int64*>(MemoryContextAllocHuge(caller, sizeof(int64) * (rebuild.change_count + 1)));
    for (int64 i = 0; i < rebuild.change_count; i++) {
        rebuild.changes[i] = product_id_of(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
    }
    SPI_finish();
}

void open_products(Rebuild& rebuild, const bridge::ShopTables& shop) {
    const char* sql = psprintf("SELECT %s FROM %s p LEFT JOIN %s c ON c.category_id OPERATOR(pg_catalog.=) p.category_id ORDER BY p.product_id",
                               kTextColumns, bridge::qualified_name(shop.products), bridge::qualified_name(shop.categories));
    SPI_connect();
    SPIPlanPtr plan = SPI_prepare(sql, 0, nullptr);
    if (plan == nullptr) {
        elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
    }
    rebuild.products = SPI_cursor_open(nullptr, plan, nullptr, nullptr, false);
}

void prepare(FunctionCallInfo fcinfo, Rebuild& rebuild) {
    const bridge::ShopTables shop = bridge::shop_tables();
    bridge::start_job(bridge::Task::rebuild_search, shop.products);
    bridge::require_all_rows(shop.products);
    bridge::require_all_rows(shop.categories);
    rebuild.configuration = PG_ARGISNULL(0) ? search::configuration_for_upkeep() : PG_GETARG_OID(0);
    rebuild.configuration_name = search::configuration_name(rebuild.configuration);
    rebuild.as_of = GetCurrentStatementStartTimestamp();
    rebuild.generation = bridge::next_generation();
    rebuild.postings.open(bridge::search_tables().postings);
    rebuild.documents.open(bridge::search_tables().documents);
    rebuild.words.open(bridge::search_tables().words);
    rebuild.names.open(bridge::search_tables().names);
    rebuild.phrases.open(bridge::search_tables().phrases);
    read_changes(rebuild);
    open_products(rebuild, shop);
}

constexpr int kBatch = 256;

struct Batch {
    int count;
    int64 product_ids[kBatch];
    search::Terms terms[kBatch];
    search::Words words[kBatch];
};

void read_batch(Rebuild& rebuild, Batch& batch) {
    CHECK_FOR_INTERRUPTS();
    SPI_cursor_fetch(rebuild.products, true, kBatch);
    batch.count = static_cast<int>(SPI_processed);
    for (int i = 0; i < batch.count; i++) {
        HeapTuple row = SPI_tuptable->vals[i];
        batch.product_ids[i] = product_id_of(row, SPI_tuptable->tupdesc);
        const search::ProductText product = product_text(row, SPI_tuptable->tupdesc);
        batch.terms[i] = search::product_terms(rebuild.configuration, product);
        batch.words[i] = search::product_words(product);
    }
}

void write_documents(Rebuild& rebuild, int64 part, const int64* product_ids, int count) {
    MemoryContext callers = MemoryContextSwitchTo(rebuild.documents.value_memory());
    const Datum values[] = {Int64GetDatum(rebuild.generation), Int64GetDatum(part), bridge::int64_array(product_ids, count)};
    MemoryContextSwitchTo(callers);
    rebuild.documents.add(values);
}

void write_postings(Rebuild& rebuild, std::string_view word, const core::Posting* postings, int64 count) {
    for (int64 first = 0; first < count; first += search::kPostingsInRow) {
        const Size bytes = sizeof(core::Posting) * static_cast<Size>(std::min<int64>(search::kPostingsInRow, count - first));
        MemoryContext callers = MemoryContextSwitchTo(rebuild.postings.value_memory());
        auto* packed = static_cast<bytea*>(palloc(VARHDRSZ + bytes));
        SET_VARSIZE(packed, VARHDRSZ + bytes);
        memcpy(VARDATA(packed), postings + first, bytes);
        const Datum values[] = {Int64GetDatum(rebuild.generation), PointerGetDatum(cstring_to_text_with_len(word.data(), static_cast<int>(word.size()))),
                                Int32GetDatum(static_cast<int32>(first / search::kPostingsInRow)), Int32GetDatum(static_cast<int32>(count)),
                                PointerGetDatum(packed)};
        MemoryContextSwitchTo(callers);
        rebuild.postings.add(values);
    }
}

// Reads all products into the collector and writes their numbers.
Report scan(Rebuild& rebuild, core::PostingCollector& collector, core::VocabularyCollector& vocabulary) {
    Batch batch;
    int64 numbered[search::kDocumentsInRow];
    int64 described = 0;
    double name_words = 0;
    double description_words = 0;
    Report report{};
    MemoryContext memory = bridge::pg_call([]() noexcept { return AllocSetContextCreate(CurrentMemoryContext, "shopsmart products", ALLOCSET_DEFAULT_SIZES); });
    do {
        bridge::pg_call([&]() noexcept {
            MemoryContextReset(memory);
            MemoryContext callers = MemoryContextSwitchTo(memory);
            read_batch(rebuild, batch);
            MemoryContextSwitchTo(callers);
        });
        for (int i = 0; i < batch.count; i++) {
            const search::Terms& terms = batch.terms[i];
            if (report.products == search::kMostDocuments) {
                throw core::LimitExceeded("too many products for one search index");
            }
            for (int t = 0; t < terms.count; t++) {
                collector.add({terms.terms[t].bytes, static_cast<std::size_t>(terms.terms[t].length)}, static_cast<std::uint32_t>(report.products),
                              terms.terms[t].occurrence);
            }
            for (int w = 0; w < batch.words[i].count; w++) {
                vocabulary.add(batch.words[i].words[w]);
            }
            name_words += terms.name_length;
            description_words += terms.description_length;
            described += terms.description_length > 0 ? 1 : 0;
            numbered[report.products % search::kDocumentsInRow] = batch.product_ids[i];
            if (++report.products % search::kDocumentsInRow == 0) {
                bridge::pg_call([&]() noexcept { write_documents(rebuild, report.products / search::kDocumentsInRow - 1, numbered, search::kDocumentsInRow); });
            }
        }
        bridge::report_progress(core::Phase::scan, static_cast<uint64>(report.products), 0);
    } while (batch.count > 0);
    const int rest = static_cast<int>(report.products % search::kDocumentsInRow);
    if (rest > 0) {
        bridge::pg_call([&]() noexcept { write_documents(rebuild, report.products / search::kDocumentsInRow, numbered, rest); });
    }
    report.mean_name_length = report.products > 0 ? name_words / static_cast<double>(report.products) : 0;
    report.mean_description_length = described > 0 ? description_words / static_cast<double>(described) : 0;
    return report;
}

// Packs words that come by length.
class WordRows {
public:
    explicit WordRows(Rebuild& rebuild) : rebuild_(rebuild) {}

    void add(std::string_view word, std::uint32_t products) {
        const search::WordEntry entry{core::letter_signature(word), products};
        if (word.size() != length_ || size_ + sizeof entry + word.size() > sizeof bytes_) {
            flush();
            part_ = word.size() == length_ ? part_ + 1 : 0;
            length_ = word.size();
        }
        memcpy(bytes_ + size_, &entry, sizeof entry);
        memcpy(bytes_ + size_ + sizeof entry, word.data(), word.size());
        size_ += sizeof entry + word.size();
    }

    void flush() {
        if (size_ == 0) {
            return;
        }
        bridge::pg_call([this]() noexcept {
            MemoryContext callers = MemoryContextSwitchTo(rebuild_.words.value_memory());
            const Datum values[] = {Int64GetDatum(rebuild_.generation), Int64GetDatum(static_cast<int64>(length_)), Int32GetDatum(part_),
                                    PointerGetDatum(cstring_to_text_with_len(bytes_, static_cast<int>(size_)))};
            MemoryContextSwitchTo(callers);
            rebuild_.words.add(values);
        });
        size_ = 0;
    }

private:
    Rebuild& rebuild_;
    char bytes_[search::kWordBytesInRow];
    std::size_t size_ = 0;
    std::size_t length_ = 0;
    int32 part_ = 0;
};

// The part with C++ objects: all of them are gone when it returns.
Report build(Rebuild& rebuild, Clock::time_point& scanned) {
    core::MemoryBudget budget(static_cast<std::size_t>(settings::rebuild_memory_kb()) * 1024);
    core::PostingCollector collector(budget);
    core::VocabularyCollector vocabulary(budget);
    Report report = scan(rebuild, collector, vocabulary);
    scanned = Clock::now();
    WordRows rows(rebuild);
    vocabulary.hand_out([&](std::string_view word, std::uint32_t products) { rows.add(word, products); });
    rows.flush();
    report.words = static_cast<int64>(collector.words());
    uint64 done = 0;
    collector.hand_out([&](std::string_view word, std::span<const core::Posting> postings) {
        bridge::pg_call([&]() noexcept {
            CHECK_FOR_INTERRUPTS();
            write_postings(rebuild, word, postings.data(), static_cast<int64>(postings.size()));
        });
        bridge::report_progress(core::Phase::write, ++done, static_cast<uint64>(report.words));
    });
    return report;
}

void make_current(Rebuild& rebuild, const Report& report) {
    rebuild.postings.close();
    rebuild.documents.close();
    rebuild.words.close();
    const bridge::ShopTables shop = bridge::shop_tables();
    search::PhraseRows phrases;
    phrases.open({rebuild.generation, rebuild.configuration, report.products, 0, 0});
    search::write_names(rebuild.names, shop, rebuild.generation, phrases);
    rebuild.names.close();
    phrases.add_attribute_values(shop);
    phrases.write(rebuild.phrases);
    rebuild.phrases.close();
    bridge::BulkWriter indexes;
    indexes.open(bridge::search_tables().indexes);
    const Datum values[] = {Int64GetDatum(rebuild.generation), PointerGetDatum(rebuild.configuration_name), Int64GetDatum(report.products),
                            Float8GetDatum(report.mean_name_length), Float8GetDatum(report.mean_description_length)};
    indexes.add(values);
    indexes.close();
    bridge::make_current("search", rebuild.generation, rebuild.as_of, nullptr);
    bridge::remove_other_search_indexes(rebuild.generation, rebuild.changes, rebuild.change_count);
}

// ---- upkeep ----

TriggerData* trigger_data(FunctionCallInfo fcinfo) {
    if (!CALLED_AS_TRIGGER(fcinfo)) {
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED), errmsg("this function is a trigger"),
                        errhint("Call shopsmart_setup_search(), which makes the triggers.")));
    }
    auto* data = reinterpret_cast<TriggerData*>(fcinfo->context);
    if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event)) {
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED), errmsg("this function is a trigger"),
                        errhint("Call shopsmart_setup_search(), which makes the triggers.")));
    }
    return data;
}

constexpr bridge::IndexWish kCategoryKey = {1, {{"category_id", false}}, 0, {}, true};

// Read as an index reads what it indexes: whoever writes a product need not be allowed to read categories.
search::Text category_name(Oid categories, int64 category_id) {
    const Oid index = bridge::find_index(categories, kCategoryKey);
    if (!OidIsValid(index)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table \"%s\" has no unique index on category_id", get_rel_name(categories)),
                        errhint("Create one.")));
    }
    bridge::IndexCursor cursor;
    cursor.open(categories, index, 1);
    const Datum key = Int64GetDatum(category_id);
    cursor.seek(&key);
    search::Text name;
    bool is_null = true;
    if (cursor.next()) {
        const Datum value = slot_getattr(cursor.slot, bridge::required_column(cursor.table, "name", TEXTOID), &is_null);
        if (!is_null) {
            const text* copy = DatumGetTextPCopy(value);
            name = {VARDATA_ANY(copy), static_cast<int>(VARSIZE_ANY_EXHDR(copy))};
        }
    }
    cursor.close();
    return name;
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_rebuild_search) {
    const Clock::time_point start = Clock::now();
    Rebuild rebuild;
    prepare(fcinfo, rebuild);
    Clock::time_point scanned;
    const Report report = build(rebuild, scanned);
    SPI_cursor_close(rebuild.products);
    SPI_finish();
    make_current(rebuild, report);
    bridge::finish_job();

    const Clock::time_point end = Clock::now();
    const Datum values[] = {Int64GetDatum(rebuild.generation), Int64GetDatum(report.products), Int64GetDatum(report.words), Int64GetDatum(rebuild.change_count),
                            Float8GetDatum(seconds_between(start, scanned)), Float8GetDatum(seconds_between(scanned, end)), Float8GetDatum(seconds_between(start, end))};
    return bridge::composite_result(fcinfo, values);
}

SHOPSMART_FUNCTION(shopsmart_note_product_text) {
    const TriggerData* data = trigger_data(fcinfo);
    Relation products = data->tg_relation;
    TupleDesc columns = RelationGetDescr(products);
    HeapTuple row = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
    const auto column = [&](const char* name, Oid type) { return bridge::required_column(products, name, type); };
    search::ProductText product;
    product.sku = text_of(row, columns, column("sku", TEXTOID));
    product.name = text_of(row, columns, column("name", TEXTOID));
    product.brand = text_of(row, columns, column("brand", TEXTOID));
    product.description = text_of(row, columns, column("description", TEXTOID));
    bool is_null;
    const Datum category = heap_getattr(row, column("category_id", INT8OID), columns, &is_null);
    if (!is_null) {
        product.category = category_name(bridge::shop_tables().categories, DatumGetInt64(category));
    }
    const Datum product_id = heap_getattr(row, column("product_id", INT8OID), columns, &is_null);
    if (!is_null) {
        search::note_change(DatumGetInt64(product_id), search::product_terms(search::configuration_for_upkeep(), product));
    }
    return PointerGetDatum(nullptr);
}

SHOPSMART_FUNCTION(shopsmart_note_category_name) {
    const TriggerData* data = trigger_data(fcinfo);
    bool is_null;
    const Datum category = heap_getattr(data->tg_trigtuple, bridge::required_column(data->tg_relation, "category_id", INT8OID), RelationGetDescr(data->tg_relation), &is_null);
    const bridge::ShopTables shop = bridge::shop_tables();
    const Oid configuration = search::configuration_for_upkeep();
    Oid types[] = {INT8OID};
    Datum values[] = {category};
    const char* sql = psprintf("SELECT %s FROM %s p JOIN %s c ON c.category_id OPERATOR(pg_catalog.=) p.category_id WHERE p.category_id OPERATOR(pg_catalog.=) $1",
                               kTextColumns, bridge::qualified_name(shop.products), bridge::qualified_name(shop.categories));
    SPI_connect();
    if (SPI_execute_with_args(sql, lengthof(types), types, values, nullptr, false, 0) != SPI_OK_SELECT) {
        elog(ERROR, "reading the products of a category failed");
    }
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "shopsmart product", ALLOCSET_DEFAULT_SIZES);
    MemoryContext callers = MemoryContextSwitchTo(memory);
    for (uint64 i = 0; i < SPI_processed; i++) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(memory);
        HeapTuple row = SPI_tuptable->vals[i];
        search::note_change(product_id_of(row, SPI_tuptable->tupdesc), search::product_terms(configuration, product_text(row, SPI_tuptable->tupdesc)));
    }
    MemoryContextSwitchTo(callers);
    SPI_finish();
    return PointerGetDatum(nullptr);
}

}  // namespace shopsmart::capability
