// From the server into C++: every function that the server can call is one call of boundary().
//
// A C++ exception that reaches the server's frames ends the backend and with it the whole cluster; an ereport inside a
// catch block would leave the exception alive. So: catch everything into plain memory, leave the block so that all C++
// objects are dead, and only then raise.
#pragma once

#include "bridge/pg_call.hpp"

#include <exception>

namespace shopsmart::bridge {

// What is left of an exception: plain memory only.
struct Failure {
    ErrorData* server_error = nullptr;
    int sqlstate = 0;
    const char* hint = nullptr;
    char message[512] = "";
    char detail[256] = "";
};

// The one table from core's exceptions to SQLSTATEs; called inside a catch block, raises nothing.
void describe_current_exception(Failure& failure) noexcept;

[[noreturn]] void raise(Failure& failure);

template <class Body>
Datum boundary(Body&& body) {
    Failure failure;
    bool failed = false;
    Datum result = 0;
    try {
        result = body();
    } catch (const PgError& e) {
        failure.server_error = e.error;
        failed = true;
    } catch (...) {
        describe_current_exception(failure);
        failed = true;
    }
    if (failed) {
        raise(failure);
    }
    return result;
}

}  // namespace shopsmart::bridge

// Declares and opens a function that SQL can call; the body stands in braces behind it and returns a Datum.
#define SHOPSMART_FUNCTION(name)                                                            \
    extern "C" {                                                                            \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                               \
    PG_FUNCTION_INFO_V1(name);                                                              \
    }                                                                                       \
    static Datum name##_body(FunctionCallInfo fcinfo);                                      \
    Datum name(PG_FUNCTION_ARGS) {                                                          \
        return shopsmart::bridge::boundary([&] { return name##_body(fcinfo); });            \
    }                                                                                       \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
