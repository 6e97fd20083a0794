// From C++ into the server: runs a server call that may raise, and turns its error into a C++ exception.
//
// The server leaves a function by longjmp, which runs no destructor. So while a C++ object with a destructor is alive,
// every server call goes through pg_call. Where no such object lives (the whole read path: see src/ranking), calls are
// made directly and cost nothing.
#pragma once

#include "bridge/pg.hpp"

#include <type_traits>

namespace shopsmart::bridge {

// An error of the server on its way to the boundary. It is for passing on, not for swallowing: locks and pins are
// released by the abort that follows.
struct PgError {
    ErrorData* error;  // lives in the memory context that was current at the call
};

// The callable holds only trivial locals and does not throw.
template <class Callable>
auto pg_call(Callable&& callable) -> std::invoke_result_t<Callable> {
    static_assert(std::is_nothrow_invocable_v<Callable>, "mark the lambda noexcept: nothing may throw across PG_TRY");
    using Result = std::invoke_result_t<Callable>;
    static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>);

    MemoryContext context = CurrentMemoryContext;
    ErrorData* volatile error = nullptr;
    auto run = [&](auto store) {
        PG_TRY();
        {
            store();
        }
        PG_CATCH();
        {
            MemoryContextSwitchTo(context);
            error = CopyErrorData();
            FlushErrorState();
        }
        PG_END_TRY();
        if (error != nullptr) {
            throw PgError{error};
        }
    };
    if constexpr (std::is_void_v<Result>) {
        run([&]() noexcept { callable(); });
    } else {
        Result result{};
        run([&]() noexcept { result = callable(); });
        return result;
    }
}

}  // namespace shopsmart::bridge
