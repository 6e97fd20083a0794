// What a transaction has for Redis, sent after its commit.
//
// Answers wait in the transaction's memory. A rollback, also one to a savepoint, forgets them. They are sent when the commit
// has given back all locks and the snapshot, so nobody waits for whoever waits for Redis; errors cannot happen there, and the
// time is bounded (client.hpp).
//
// Each key in Redis holds a version, so that what is older never replaces what is newer, whoever comes first: an answer has
// the xmin of its snapshot, below which all transactions had ended; a user's event that was recorded by transaction x takes
// his answers away and leaves the version x + 1 behind. So an answer that may not know of an event is refused after it.
#pragma once

#include "bridge/relations.hpp"
#include "core/published_answer.hpp"

namespace shopsmart::redis {

// Whether this session publishes what it answers now. Not where row security applies to it, since Redis asks nobody who he is,
// and not in a parallel worker, which does not see the commit.
bool publishes(const bridge::ShopTables& shop);

inline constexpr Size kLargestAnswer = 64 * 1024;

// Memory of one answer in the making.
struct Draft {
    core::AnswerWriter json;
    const char* text;
    TimestampTz computed_at;
    int64 unix_time;  // the same, in microseconds since 1970
};
Draft new_draft();

// The draft is finished. The key is made of subject and id; what is there is found under name and k.
struct Address {
    const char* subject;  // user, product or trend
    const char* id;
    int id_length;
    const char* name;  // of the function, without shopsmart_
    int k;
    int ttl_seconds;
};
void publish_answer(const Draft& draft, const Address& address);

// Takes the user's answers away. In a transaction that writes, or may.
void unpublish_user(const text* user);

}  // namespace shopsmart::redis
