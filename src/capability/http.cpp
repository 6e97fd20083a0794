// What the functions for HTTP need of C++.
#include "bridge/boundary.hpp"

namespace shopsmart::capability {

namespace {

struct Translation {
    const char* sqlstate;  // or a class: the first two characters
    const char* status;
};

// Where PostgREST would answer with the wrong HTTP status, mostly 500. Everything else it translates well itself.
constexpr Translation kTranslations[] = {
    {"23503", "PT404"},  // foreign key: no such product or event type
    {"P0002", "PT404"},  // no data found
    {"42704", "PT404"},  // undefined object: no such job
    {"55P03", "PT409"},  // lock not available: already runs
    {"55", "PT503"},     // not in prerequisite state: wants set-up
    {"57014", "PT504"},  // canceled, timed out
    {"54", "PT413"},     // program limit exceeded
};

const char* sqlstate_for_http(const char* sqlstate) {
    for (const Translation& t : kTranslations) {
        if (strncmp(sqlstate, t.sqlstate, strlen(t.sqlstate)) == 0) {
            return t.status;
        }
    }
    return sqlstate;
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_raise_for_http) {
    const char* code = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* message = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const char* detail = text_to_cstring(PG_GETARG_TEXT_PP(2));
    const char* hint = text_to_cstring(PG_GETARG_TEXT_PP(3));
    if (strlen(code) != 5 || strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is not a SQLSTATE", code)));
    }
    const char* c = sqlstate_for_http(code);
    ereport(ERROR, (errcode(MAKE_SQLSTATE(c[0], c[1], c[2], c[3], c[4])), errmsg_internal("%s", message),
                    detail[0] != '\0' ? errdetail_internal("%s", detail) : 0, hint[0] != '\0' ? errhint("%s", hint) : 0));
    PG_RETURN_VOID();
}

}  // namespace shopsmart::capability
