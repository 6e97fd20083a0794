#include "bridge/boundary.hpp"

#include "core/errors.hpp"

#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>

namespace shopsmart::bridge {

namespace {

void fill(Failure& failure, int sqlstate, const char* message, const char* hint) noexcept {
    failure.sqlstate = sqlstate;
    failure.hint = hint;
    strlcpy(failure.message, message, sizeof failure.message);
}

}  // namespace

void describe_current_exception(Failure& failure) noexcept {
    try {
        throw;
    } catch (const core::BudgetExceeded& e) {
        fill(failure, ERRCODE_OUT_OF_MEMORY, e.what(), "Raise shopsmart.rebuild_memory.");
        std::snprintf(failure.detail, sizeof failure.detail, "At least %zu kB are needed.", (e.needed_bytes + 1023) / 1024);
    } catch (const core::InvalidInput& e) {
        fill(failure, ERRCODE_INVALID_PARAMETER_VALUE, e.what(), nullptr);
    } catch (const core::TooManyProducts& e) {
        fill(failure, ERRCODE_PROGRAM_LIMIT_EXCEEDED, e.what(),
             "Choose another kind of model, shorten shopsmart.lookback or raise shopsmart.min_co_count.");
        std::snprintf(failure.detail, sizeof failure.detail, "The look-back holds %zu products with enough users.", e.products);
    } catch (const core::LimitExceeded& e) {
        fill(failure, ERRCODE_PROGRAM_LIMIT_EXCEEDED, e.what(), nullptr);
    } catch (const core::Cancelled&) {
        // A cancel reaches core only through the monitor, whose own error is passed on; this is the safety net.
        fill(failure, ERRCODE_QUERY_CANCELED, "computation was cancelled", nullptr);
    } catch (const std::bad_alloc&) {
        fill(failure, ERRCODE_OUT_OF_MEMORY, "out of memory", "Lower shopsmart.rebuild_memory or give the machine more memory.");
    } catch (const std::length_error&) {
        fill(failure, ERRCODE_OUT_OF_MEMORY, "out of memory: a request is too large", nullptr);
    } catch (const std::exception& e) {
        fill(failure, ERRCODE_INTERNAL_ERROR, e.what(), nullptr);
    } catch (...) {
        fill(failure, ERRCODE_INTERNAL_ERROR, "unknown exception", nullptr);
    }
}

void raise(Failure& failure) {
    if (failure.server_error != nullptr) {
        ReThrowError(failure.server_error);
    }
    ereport(ERROR, (errcode(failure.sqlstate), errmsg("%s", failure.message),
                    failure.detail[0] != '\0' ? errdetail("%s", failure.detail) : 0,
                    failure.hint != nullptr ? errhint("%s", failure.hint) : 0));
    pg_unreachable();
}

}  // namespace shopsmart::bridge
