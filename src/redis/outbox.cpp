#include "redis/outbox.hpp"

#include "redis/client.hpp"
#include "redis/server_state.hpp"
#include "settings.hpp"

#include <algorithm>
#include <cstring>

namespace shopsmart::redis {

namespace {

// What one transaction sends at most, so that it takes some milliseconds.
constexpr int kMostEntries = 500;
constexpr Size kMostBytes = 1024 * 1024;
constexpr Size kLongestKey = 2048;

// In Lua, so that looking at the version and writing are one step. KEYS[1] is a hash; of a key that is none nothing is left.
// ARGV: version, time to live in milliseconds, then a name and a value to write, or nothing to take all answers away.
//
// Time to live is given when a key is made, and not prolonged by what is added: nothing under a key is older. Taking away
// begins it anew, with the longest there is: when the version is gone, so is every answer that it would refuse.
constexpr char kScript[] =
    "local known = redis.pcall('HGET', KEYS[1], 'version')\n"
    "if type(known) == 'table' then redis.call('DEL', KEYS[1]) end\n"
    "known = type(known) == 'string' and tonumber(known) or 0\n"
    "local version = tonumber(ARGV[1])\n"
    "local done = 1\n"
    "if not ARGV[3] then\n"
    "  redis.call('DEL', KEYS[1])\n"
    "  redis.call('HSET', KEYS[1], 'version', string.format('%.0f', math.max(known, version)))\n"
    "elseif known > version then\n"
    "  done = 0\n"
    "else\n"
    "  redis.call('HSET', KEYS[1], 'version', ARGV[1], ARGV[3], ARGV[4])\n"
    "end\n"
    "if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end\n"
    "return done\n";

// A key to write to; without a value its answers go.
struct Entry {
    Entry* next;
    SubTransactionId subtransaction;
    TimestampTz computed_at;
    int64 ttl_ms;  // since then
    uint64 version;
    Size key_length;
    Size name_length;
    Size value_length;
    const char* key;
    const char* name;
    const char* value;  // nullptr for none
};

// Newest first.
Entry* entries = nullptr;
int entry_count = 0;
Size byte_count = 0;
int64 dropped = 0;

void forget_entries() {
    entries = nullptr;
    entry_count = 0;
    byte_count = 0;
    dropped = 0;
}

// ---- sending ----

struct Delivery {
    const Entry* next;
    const Entry* awaited;  // the entry of the next reply
    TimestampTz now;
    Counts counts;
    char version[24];
    char ttl[24];
};

int64 time_left_ms(const Entry& entry, TimestampTz now) {
    const int64 age = std::max<int64>(0, now - entry.computed_at) / 1000;
    return entry.ttl_ms - age;
}

Argument text_argument(const char* text) { return {text, strlen(text)}; }

bool make_command(void* context, Command& command) {
    auto& delivery = *static_cast<Delivery*>(context);
    if (delivery.next == nullptr) {
        return false;
    }
    const Entry& entry = *delivery.next;
    delivery.next = entry.next;
    snprintf(delivery.version, sizeof delivery.version, UINT64_FORMAT, entry.version);
    snprintf(delivery.ttl, sizeof delivery.ttl, INT64_FORMAT, std::max<int64>(1, time_left_ms(entry, delivery.now)));
    command = {6, {text_argument("EVAL"), {kScript, sizeof kScript - 1}, text_argument("1"), {entry.key, entry.key_length},
                   text_argument(delivery.version), text_argument(delivery.ttl)}};
    if (entry.value != nullptr) {
        command.count = 8;
        command.arguments[6] = {entry.name, entry.name_length};
        command.arguments[7] = {entry.value, entry.value_length};
    }
    return true;
}

void take_reply(void* context, const Reply& reply) {
    auto& delivery = *static_cast<Delivery*>(context);
    const bool is_answer = delivery.awaited->value != nullptr;
    const bool is_done = reply.kind == Reply::Kind::number && reply.number == 1;
    delivery.counts.published += is_answer && is_done ? 1 : 0;
    delivery.counts.refused += is_answer && !is_done ? 1 : 0;
    delivery.counts.unpublished += is_answer ? 0 : 1;
    delivery.awaited = delivery.awaited->next;
}

// Oldest first, without what has outlived itself; users whose answers go come before all answers.
Entry* in_order(TimestampTz now) {
    Entry* removals = nullptr;
    Entry* answers = nullptr;
    for (Entry* entry = entries; entry != nullptr;) {
        Entry* older = entry->next;
        Entry*& list = entry->value == nullptr ? removals : answers;
        if (entry->value == nullptr || time_left_ms(*entry, now) > 0) {
            entry->next = list;
            list = entry;
        }
        entry = older;
    }
    Entry** end = &removals;
    while (*end != nullptr) {
        end = &(*end)->next;
    }
    *end = answers;
    return removals;
}

void deliver() noexcept {
    Delivery delivery{};
    delivery.now = GetCurrentTimestamp();
    delivery.next = in_order(delivery.now);
    delivery.awaited = delivery.next;
    const int64 all = entry_count;
    delivery.counts.dropped = dropped;
    forget_entries();
    if (delivery.next != nullptr) {
        (void) exchange(make_command, take_reply, &delivery);
    }
    delivery.counts.dropped += all - delivery.counts.published - delivery.counts.refused - delivery.counts.unpublished;
    add_counts(delivery.counts);
}

// ---- the end of transactions ----

void at_transaction_end(XactEvent event, void*) {
    // A prepared transaction is committed by somebody else, who does not know of the entries.
    if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
        forget_entries();
    }
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void*) {
    if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB) {
        return;
    }
    // Those of the subtransaction came last, so that they are in front.
    for (Entry* entry = entries; entry != nullptr && entry->subtransaction >= mine; entry = entry->next) {
        if (event == SUBXACT_EVENT_COMMIT_SUB) {
            entry->subtransaction = parent;
        } else {
            entries = entry->next;
            entry_count--;
        }
    }
}

// Called when a commit gives back what it held, last of all what is not a lock.
void at_release(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void*) {
    if (entries != nullptr && phase == RESOURCE_RELEASE_AFTER_LOCKS && is_commit && is_top_level) {
        deliver();
    }
}

void watch_transactions() {
    static bool watching = false;
    if (!watching) {
        RegisterXactCallback(at_transaction_end, nullptr);
        RegisterSubXactCallback(at_subtransaction_end, nullptr);
        RegisterResourceReleaseCallback(at_release, nullptr);
        watching = true;
    }
}

// ---- what is sent ----

// Transaction ids count on beyond 32 bits.
uint64 full_id(TransactionId id) {
    const FullTransactionId next = ReadNextFullTransactionId();
    uint64 epoch = EpochFromFullTransactionId(next);
    if (id > XidFromFullTransactionId(next)) {
        epoch--;
    }
    return epoch << 32 | id;
}

// JSON is UTF-8. Other text cannot be written in a database of another encoding without conversions that may fail.
bool is_utf8(const char* text, int length) {
    if (GetDatabaseEncoding() == PG_UTF8) {
        return true;
    }
    for (int i = 0; i < length; i++) {
        if (IS_HIGHBIT_SET(text[i])) {
            return false;
        }
    }
    return true;
}

// Ten percent more or less, so that what was written together does not end together.
int64 with_jitter(int seconds) {
    return static_cast<int64>(seconds) * (900 + static_cast<int64>(pg_prng_uint64_range(&pg_global_prng_state, 0, 200)));
}

// The longest that with_jitter() may give.
int64 longest_ttl(int seconds) { return static_cast<int64>(seconds) * 1100; }

void add_entry(const char* subject, const char* id, int id_length, const Entry& entry) {
    char key[kLongestKey];
    core::BoundedText text(key, sizeof key);
    core::write_key(text, settings::redis_prefix(), get_database_name(MyDatabaseId), subject, {id, static_cast<Size>(id_length)});
    const Size bytes = text.length() + entry.name_length + entry.value_length;
    if (entry_count >= kMostEntries || byte_count + bytes > kMostBytes || !text.fits()) {
        dropped++;
        return;
    }
    watch_transactions();
    // One piece of memory: the entry, then its texts.
    auto* memory = static_cast<char*>(MemoryContextAlloc(TopTransactionContext, sizeof(Entry) + bytes));
    auto* added = reinterpret_cast<Entry*>(memory);
    char* at = memory + sizeof(Entry);
    const auto keep = [&at](const char* bytes_of, Size length) {
        char* kept = at;
        memcpy(kept, bytes_of, length);
        at += length;
        return kept;
    };
    *added = entry;
    added->key_length = text.length();
    added->key = keep(key, text.length());
    if (entry.value != nullptr) {
        added->name = keep(entry.name, entry.name_length);
        added->value = keep(entry.value, entry.value_length);
    }
    added->subtransaction = GetCurrentSubTransactionId();
    added->next = entries;
    entries = added;
    entry_count++;
    byte_count += bytes;
}

void tell_of_outage() {
    if (outage_is_news()) {
        const ServerState state = read_state();
        ereport(LOG, (errmsg("shopsmart publishes nothing, because Redis does not answer as it should"),
                      errdetail("%s", state.last_fault), errhint("The view shopsmart.redis_status tells when it does again.")));
    }
}

}  // namespace

bool publishes(const bridge::ShopTables& shop) {
    if (!settings::redis_publish() || !is_configured() || IsParallelWorker()) {
        return false;
    }
    for (const Oid table : {shop.categories, shop.products, shop.users, shop.event_types, shop.events}) {
        if (check_enable_rls(table, InvalidOid, true) == RLS_ENABLED) {
            return false;
        }
    }
    return true;
}

// The snapshot may be as old as the transaction: it may be that of a cursor.
Draft new_draft() {
    auto* text = static_cast<char*>(palloc(kLargestAnswer));
    const TimestampTz computed_at = GetCurrentTransactionStartTimestamp();
    const int64 unix_time = computed_at + static_cast<int64>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
    return {core::AnswerWriter(text, kLargestAnswer), text, computed_at, unix_time};
}

void publish_answer(const Draft& draft, const Address& address) {
    tell_of_outage();
    if (!draft.json.json().fits() || !is_utf8(address.id, address.id_length)) {
        return;
    }
    char name[64];
    Entry entry{};
    entry.computed_at = draft.computed_at;
    entry.ttl_ms = with_jitter(address.ttl_seconds);
    entry.version = full_id(GetActiveSnapshot()->xmin);
    entry.name_length = snprintf(name, sizeof name, "%s:%d", address.name, address.k);
    entry.name = name;
    entry.value = draft.text;
    entry.value_length = draft.json.json().length();
    add_entry(address.subject, address.id, address.id_length, entry);
}

void unpublish_user(const text* user) {
    if (!is_configured()) {
        return;
    }
    tell_of_outage();
    Entry entry{};
    entry.computed_at = GetCurrentTimestamp();
    entry.ttl_ms = longest_ttl(settings::redis_recommend_ttl_seconds());
    entry.version = U64FromFullTransactionId(GetTopFullTransactionId()) + 1;
    add_entry("user", VARDATA_ANY(user), VARSIZE_ANY_EXHDR(user), entry);
}

}  // namespace shopsmart::redis
