// This session's connection to Redis, opened when it is first needed, behind the breaker of the whole server.
//
// Nothing here raises, throws or reports an error, for it runs after commits too; a fault is only counted. An exchange takes
// at most twice shopsmart.redis_timeout: once to connect, once for the commands; with an open breaker it takes nothing.
#pragma once

#include "bridge/pg.hpp"

#include "redis/connection.hpp"

namespace shopsmart::redis {

struct Command {
    int count;
    Argument arguments[8];
};

enum class Admission { by_breaker, always };

// Makes the commands one after the other; false when there are no more.
using MakeCommand = bool (*)(void* context, Command& command);

bool is_configured();
// Sends the commands together and takes their replies; false when not all of them came.
bool exchange(MakeCommand make, TakeReply take, void* context, Admission admission = Admission::by_breaker) noexcept;

}  // namespace shopsmart::redis
