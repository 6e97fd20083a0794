// shopsmart_track(): one event of one user, at hardly more than the cost of the INSERT itself.
//
// The user is looked up through an index without SQL where that gives the same rows; what is written goes through saved
// plans, so that triggers, constraints and row security work as for any INSERT. Product and event type are left to the
// foreign keys, whose errors are put in our words; only where a shop has no such key are they looked up here.
// No C++ object with a destructor lives here: server calls are made directly.
//
// With an idempotency key, the row of event_keys is inserted first: of two sessions with the same key the second waits
// for the first and then returns its event id, or stores the event itself when the first rolled back.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/columns.hpp"
#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"
#include "compat/pg_compat.hpp"
#include "redis/outbox.hpp"

#include <initializer_list>

namespace shopsmart::capability {

namespace {

using bridge::ShopTables;

constexpr int kMaxEventTypeLength = 64;
constexpr Size kMaxMetadataBytes = 64 * 1024;

struct Event {
    text* user;
    int64 product_id;
    text* type;
    text* session;  // nullptr for none, like metadata and key
    Jsonb* metadata;
    TimestampTz occurred_at;
    text* key;
};

// ---- statements ----

// A statement about one table of the shop: its text stands before and behind the table's name. The plan is made at the
// first use in a session. It holds the name, so that it is good as long as the table keeps OID and name; a plan that a
// renamed table made useless is not freed, for a call further up the stack may be in the middle of it.
struct Statement {
    const char* before;
    const char* behind;
    int parameter_count;
    Oid parameters[7];

    bool checked = false;  // table and name are known to be right
    Oid table = InvalidOid;
    char* name = nullptr;
    SPIPlanPtr plan = nullptr;
};

Statement find_user{"SELECT x.user_id FROM ", " x WHERE x.external_id OPERATOR(pg_catalog.=) $1", 1, {TEXTOID}};
Statement find_product{"SELECT x.product_id FROM ", " x WHERE x.product_id OPERATOR(pg_catalog.=) $1", 1, {INT8OID}};
Statement find_event_type{"SELECT 1::pg_catalog.int8 FROM ", " x WHERE x.event_type OPERATOR(pg_catalog.=) $1", 1, {TEXTOID}};
Statement add_user{"INSERT INTO ", " AS x (external_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING x.user_id", 1, {TEXTOID}};
Statement add_event{
    "INSERT INTO ", " AS x (event_id, user_id, product_id, event_type, occurred_at, session_id, metadata) OVERRIDING SYSTEM VALUE"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)", 7, {INT8OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, JSONBOID}};
Statement add_key{
    "INSERT INTO ", " AS x (user_id, idempotency_key, event_id, product_id, event_type) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (user_id, idempotency_key) DO NOTHING RETURNING x.event_id", 5, {INT8OID, TEXTOID, INT8OID, INT8OID, TEXTOID}};
Statement find_key{
    "SELECT x.event_id, x.product_id, x.event_type FROM ", " x"
    " WHERE x.user_id OPERATOR(pg_catalog.=) $1 AND x.idempotency_key OPERATOR(pg_catalog.=) $2", 2, {INT8OID, TEXTOID}};

Statement* const kStatements[] = {&find_user, &find_product, &find_event_type, &add_user, &add_event, &add_key, &find_key};

// Names of the foreign keys that a table has to products and event types, empty where it has none.
struct ForeignKeys {
    NameData user;
    NameData product;
    NameData event_type;
};

// What the catalogs say about the tables that are written, as last looked up.
struct {
    bool checked = false;
    ShopTables tables{};
    Oid sequence = InvalidOid;  // behind events.event_id
    ForeignKeys of_events;
    ForeignKeys of_event_keys;
    // For hints: no catalog is read between an error and its abort.
    char products_name[4 * NAMEDATALEN];
    char event_types_name[4 * NAMEDATALEN];
} facts;

void check_again() {
    for (Statement* statement : kStatements) {
        statement->checked = false;
    }
    facts.checked = false;
}

void watch_catalogs() {
    static bool watching = false;
    if (!watching) {
        CacheRegisterRelcacheCallback([](Datum, Oid) { check_again(); }, Datum{0});
        CacheRegisterSyscacheCallback(NAMESPACEOID, [](Datum, int, uint32) { check_again(); }, Datum{0});
        watching = true;
    }
}

// Called between SPI_connect and SPI_finish.
SPIPlanPtr plan_of(Statement& statement, Oid table) {
    if (statement.checked && statement.table == table) {
        return statement.plan;
    }
    watch_catalogs();
    statement.checked = true;  // an invalidation from here on takes it back
    const char* name = bridge::qualified_name(table);
    if (statement.table != table || strcmp(statement.name, name) != 0) {
        statement.table = InvalidOid;
        const char* query = psprintf("%s%s%s", statement.before, name, statement.behind);
        SPIPlanPtr plan = SPI_prepare_cursor(query, statement.parameter_count, statement.parameters, CURSOR_OPT_GENERIC_PLAN);
        if (plan == nullptr) {
            elog(ERROR, "SPI_prepare returned %s", SPI_result_code_string(SPI_result));
        }
        SPI_keepplan(plan);
        statement.plan = plan;
        statement.name = MemoryContextStrdup(TopMemoryContext, name);
        statement.table = table;
    }
    return statement.plan;
}

// Whether a row came back or was stored; its columns, if any, are in SPI_tuptable. Called between SPI_connect and SPI_finish.
bool run(Statement& statement, Oid table, Datum* values, const char* nulls) {
    // Not read-only, so that each statement sees what the one before it wrote or waited for.
    const int status = SPI_execute_plan(plan_of(statement, table), values, nulls, false, 1);
    if (status < 0) {
        elog(ERROR, "SPI_execute_plan returned %s", SPI_result_code_string(status));
    }
    return SPI_processed > 0;
}

// The same for a statement that returns one number.
bool run_for_number(Statement& statement, Oid table, Datum* values, int64* number) {
    SPI_connect();
    const bool found = run(statement, table, values, nullptr);
    if (found) {
        bool is_null;
        *number = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    }
    SPI_finish();
    return found;
}

// ---- the tables that are written ----

Oid find_sequence(Oid events) {
    SPI_connect();
    Oid types[] = {TEXTOID};
    Datum values[] = {CStringGetTextDatum(bridge::qualified_name(events))};
    SPI_execute_with_args("SELECT pg_catalog.pg_get_serial_sequence($1, 'event_id')::pg_catalog.regclass", 1, types, values, nullptr, true, 1);
    bool is_null;
    const Datum sequence = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
    if (is_null) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("column event_id of %s has no sequence", bridge::qualified_name(events)),
                        errhint("Make it an identity column.")));
    }
    SPI_finish();
    return DatumGetObjectId(sequence);
}

NameData name_of_foreign_key(Relation relation, const char* column, Oid referenced) {
    NameData name{};
    const AttrNumber number = get_attnum(RelationGetRelid(relation), column);
    ListCell* cell;
    foreach (cell, RelationGetFKeyList(relation)) {
        const auto* key = static_cast<ForeignKeyCacheInfo*>(lfirst(cell));
        if (key->confrelid == referenced && key->nkeys == 1 && key->conkey[0] == number && compat::is_enforced(key)) {
            namestrcpy(&name, get_constraint_name(key->conoid));
        }
    }
    return name;
}

ForeignKeys foreign_keys_of(Oid table, const ShopTables& tables) {
    Relation relation = table_open(table, AccessShareLock);
    const ForeignKeys keys{name_of_foreign_key(relation, "user_id", tables.users),
                           name_of_foreign_key(relation, "product_id", tables.products),
                           name_of_foreign_key(relation, "event_type", tables.event_types)};
    table_close(relation, NoLock);
    return keys;
}

void learn_facts(const ShopTables& tables) {
    if (facts.checked && memcmp(&facts.tables, &tables, sizeof tables) == 0) {
        return;
    }
    watch_catalogs();
    facts.checked = true;  // an invalidation from here on takes it back
    facts.tables = ShopTables{};
    facts.sequence = find_sequence(tables.events);
    facts.of_events = foreign_keys_of(tables.events, tables);
    facts.of_event_keys = foreign_keys_of(tables.event_keys, tables);
    strlcpy(facts.products_name, bridge::qualified_name(tables.products), sizeof facts.products_name);
    strlcpy(facts.event_types_name, bridge::qualified_name(tables.event_types), sizeof facts.event_types_name);
    facts.tables = tables;
}

// ---- looking up what an event refers to ----

const bridge::IndexWish kUserIndex{1, {{"external_id", false}}, 0, {}};
const bridge::IndexWish kProductIndex{1, {{"product_id", false}}, 0, {}};
const bridge::IndexWish kEventTypeIndex{1, {{"event_type", false}}, 0, {}};

// Whether a row with that key is visible in the active snapshot; `id`, if asked for, is taken from the column.
bool look_up(Oid table, const bridge::IndexWish& wish, Statement& statement, Datum key, const char* column = nullptr, int64* id = nullptr) {
    const Oid index = bridge::find_index(table, wish);
    if (!OidIsValid(index) || get_rel_relkind(table) != RELKIND_RELATION || !bridge::may_read_directly(table)) {
        int64 number;
        return run_for_number(statement, table, &key, id == nullptr ? &number : id);
    }
    bridge::IndexCursor cursor;
    cursor.open(table, index, 1);
    cursor.seek(&key);
    const bool found = cursor.next();
    if (found && id != nullptr) {
        bool is_null;
        *id = DatumGetInt64(slot_getattr(cursor.slot, bridge::required_column(cursor.table, column, INT8OID), &is_null));
    }
    cursor.close();
    return found;
}

bool find_user_id(const ShopTables& tables, text* user, int64* id) {
    return look_up(tables.users, kUserIndex, find_user, PointerGetDatum(user), "user_id", id);
}

int64 new_user_id(const ShopTables& tables, text* user) {
    Datum key = PointerGetDatum(user);
    int64 id;
    if (run_for_number(add_user, tables.users, &key, &id)) {
        return id;
    }
    // Somebody else made the user in the meantime.
    PushActiveSnapshot(GetTransactionSnapshot());
    const bool found = find_user_id(tables, user, &id);
    PopActiveSnapshot();
    if (found) {
        return id;
    }
    if (check_enable_rls(tables.users, InvalidOid, true) == RLS_ENABLED) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("you may not record events of user \"%s\"", text_to_cstring(user)),
                        errdetail("The user exists, but row security hides him from you.")));
    }
    const char* users = bridge::qualified_name(tables.users);
    ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION), errmsg("user \"%s\" cannot be made", text_to_cstring(user)),
                    errdetail("The user_id that the sequence gave is taken, as after users were loaded with numbers of their own; or a trigger turned the row away."),
                    errhint("SELECT setval(pg_get_serial_sequence(%s, 'user_id'), max(user_id)) FROM %s", quote_literal_cstr(users), users)));
    pg_unreachable();
}

[[noreturn]] void raise_unknown_product(const Event& event) {
    ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                    errmsg("product " INT64_FORMAT " does not exist", event.product_id),
                    errhint("Insert it into %s first.", facts.products_name)));
    pg_unreachable();
}

[[noreturn]] void raise_unknown_event_type(const Event& event) {
    ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                    errmsg("event type \"%s\" does not exist", text_to_cstring(event.type)),
                    errhint("Use one of the types in %s, or add it there.", facts.event_types_name)));
    pg_unreachable();
}

[[noreturn]] void raise_user_is_gone(const Event& event) {
    ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                    errmsg("user \"%s\" was deleted while the event was recorded", text_to_cstring(event.user)),
                    errhint("Call again to make a new user.")));
    pg_unreachable();
}

// Looks up what no foreign key checks, and what row security may hide from the caller, which a foreign key ignores.
void require_known(const ShopTables& tables, const Event& event) {
    const bool product_is_checked = NameStr(facts.of_events.product)[0] != '\0' && bridge::may_read_directly(tables.products);
    if (!product_is_checked && !look_up(tables.products, kProductIndex, find_product, Int64GetDatum(event.product_id))) {
        raise_unknown_product(event);
    }
    const bool type_is_checked = NameStr(facts.of_events.event_type)[0] != '\0' && bridge::may_read_directly(tables.event_types);
    if (!type_is_checked && !look_up(tables.event_types, kEventTypeIndex, find_event_type, PointerGetDatum(event.type))) {
        raise_unknown_event_type(event);
    }
}

// Passes an error on; what a foreign key says is put in our words, which name the missing row. Partitions call their keys
// as their parent does.
[[noreturn]] void raise_in_our_words(ErrorData* error, const Event& event) {
    if (error->sqlerrcode == ERRCODE_FOREIGN_KEY_VIOLATION && error->constraint_name != nullptr) {
        for (const ForeignKeys* keys : {&facts.of_events, &facts.of_event_keys}) {
            if (strcmp(error->constraint_name, NameStr(keys->user)) == 0) {
                raise_user_is_gone(event);
            }
            if (strcmp(error->constraint_name, NameStr(keys->product)) == 0) {
                raise_unknown_product(event);
            }
            if (strcmp(error->constraint_name, NameStr(keys->event_type)) == 0) {
                raise_unknown_event_type(event);
            }
        }
    }
    ReThrowError(error);
    pg_unreachable();
}

// ---- storing ----

// The event that the key has stood for since an earlier call.
int64 first_event(const ShopTables& tables, const Event& event, int64 user_id) {
    SPI_connect();
    Datum values[] = {Int64GetDatum(user_id), PointerGetDatum(event.key)};
    if (!run(find_key, tables.event_keys, values, nullptr)) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("you may not use that idempotency key"),
                        errdetail("It was used before, but row security hides the event from you.")));
    }
    HeapTuple row = SPI_tuptable->vals[0];
    TupleDesc columns = SPI_tuptable->tupdesc;
    bool is_null;
    const int64 event_id = DatumGetInt64(SPI_getbinval(row, columns, 1, &is_null));
    const int64 product_id = DatumGetInt64(SPI_getbinval(row, columns, 2, &is_null));
    char* type = SPI_getvalue(row, columns, 3);
    if (product_id != event.product_id || strcmp(type, text_to_cstring(event.type)) != 0) {
        ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION),
                        errmsg("idempotency key \"%s\" stands for another event", text_to_cstring(event.key)),
                        errdetail("This user used it for event type \"%s\" of product " INT64_FORMAT ".", type, product_id),
                        errhint("Use a new key for each event.")));
    }
    SPI_finish();
    return event_id;
}

// Whether a row was stored: a trigger of the shop may have turned it away.
bool add_to_events(const ShopTables& tables, const Event& event, int64 user_id, int64 event_id) {
    Datum values[] = {Int64GetDatum(event_id), Int64GetDatum(user_id), Int64GetDatum(event.product_id), PointerGetDatum(event.type),
                      TimestampTzGetDatum(event.occurred_at), PointerGetDatum(event.session), PointerGetDatum(event.metadata)};
    const char nulls[] = {' ', ' ', ' ', ' ', ' ', event.session == nullptr ? 'n' : ' ', event.metadata == nullptr ? 'n' : ' ', '\0'};
    SPI_connect();
    const bool stored = run(add_event, tables.events, values, nulls);
    SPI_finish();
    return stored;
}

bool store(const ShopTables& tables, const Event& event, int64 user_id, int64* event_id) {
    // Whoever may INSERT draws from the sequence without a right of its own, as with any identity column.
    *event_id = nextval_internal(facts.sequence, false);
    if (event.key != nullptr) {
        Datum key[] = {Int64GetDatum(user_id), PointerGetDatum(event.key), Int64GetDatum(*event_id),
                       Int64GetDatum(event.product_id), PointerGetDatum(event.type)};
        int64 own;
        if (!run_for_number(add_key, tables.event_keys, key, &own)) {
            *event_id = first_event(tables, event, user_id);
            return true;
        }
    }
    return add_to_events(tables, event, user_id, *event_id);
}

Jsonb* metadata_argument(FunctionCallInfo fcinfo, int position) {
    if (PG_ARGISNULL(position)) {
        return nullptr;
    }
    const Size bytes = toast_raw_datum_size(PG_GETARG_DATUM(position)) - VARHDRSZ;
    if (bytes > kMaxMetadataBytes) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("metadata must not be larger than 64 kB"),
                        errdetail("It has %zu bytes.", bytes), errhint("Store large data elsewhere and keep a reference to it here.")));
    }
    return PG_GETARG_JSONB_P(position);
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_track) {
    PreventCommandIfReadOnly("shopsmart_track()");
    Event event;
    event.user = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    event.product_id = bridge::required_int64(fcinfo, 1, "product_id");
    event.type = bridge::required_text(fcinfo, 2, "event_type", kMaxEventTypeLength);
    event.session = bridge::optional_text(fcinfo, 3, "session_id", bridge::kMaxKeyLength);
    event.metadata = metadata_argument(fcinfo, 4);
    event.occurred_at = bridge::finite_timestamp(fcinfo, 5, "occurred_at", GetCurrentTransactionStartTimestamp());
    event.key = bridge::optional_text(fcinfo, 6, "idempotency_key", bridge::kMaxKeyLength);

    const ShopTables tables = bridge::shop_tables();
    learn_facts(tables);
    // A fresh snapshot: an earlier row of the running statement may have made the user.
    PushActiveSnapshot(GetTransactionSnapshot());
    require_known(tables, event);
    int64 user_id;
    const bool known_user = find_user_id(tables, event.user, &user_id);
    PopActiveSnapshot();
    if (!known_user) {
        user_id = new_user_id(tables, event.user);
    }

    int64 event_id;
    bool stored = false;
    ErrorData* error = nullptr;
    try {
        stored = bridge::pg_call([&]() noexcept { return store(tables, event, user_id, &event_id); });
    } catch (const bridge::PgError& e) {
        error = e.error;
    }
    if (error != nullptr) {
        raise_in_our_words(error, event);
    }
    if (!stored) {
        PG_RETURN_NULL();
    }
    redis::unpublish_user(event.user);
    PG_RETURN_INT64(event_id);
}

}  // namespace shopsmart::capability
