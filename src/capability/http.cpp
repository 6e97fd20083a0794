// What the functions for HTTP need of C++.
#include "bridge/boundary.hpp"
#include "http/rate_limit.hpp"
#include "http/token.hpp"
#include "settings.hpp"

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

const char* setting_or_empty(const char* name) {
    const char* value = GetConfigOption(name, true, false);
    return value == nullptr ? "" : value;
}

// The role that PostgREST has chosen, seen through SECURITY DEFINER functions as shopsmart.calling_role() does.
Oid calling_role() {
    const char* role = setting_or_empty("role");
    return strcmp(role, "none") == 0 ? GetSessionUserId() : get_role_oid(role, false);
}

bool has_role(Oid caller, const char* role) {
    const Oid id = get_role_oid(role, true);
    return OidIsValid(id) && has_privs_of_role(caller, id);
}

// The claim "sub" of the token, as it stands in JSON: only equal users have equal ones.
const char* subject() {
    const char* claims = setting_or_empty("request.jwt.claims");
    if (claims[0] == '\0') {
        return "";
    }
    Jsonb* json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(claims)));
    JsonbValue sub;
    if (!JB_ROOT_IS_OBJECT(json) || getKeyJsonValueFromContainer(&json->root, "sub", 3, &sub) == nullptr || sub.type != jbvString) {
        return "";
    }
    return pnstrdup(sub.val.string.val, static_cast<Size>(sub.val.string.len));
}

// PostgREST makes the answer of the JSON in message and detail: the one way to send a header with an error.
[[noreturn]] void refuse(int per_minute, int64 wait) {
    const int64 seconds = (wait + USECS_PER_SEC - 1) / USECS_PER_SEC;
    ereport(ERROR, (errcode(MAKE_SQLSTATE('P', 'G', 'R', 'S', 'T')),
                    errmsg_internal("{\"code\": \"PT429\", \"message\": \"too many requests\", \"details\": \"At most %d a minute are answered.\","
                                    " \"hint\": \"Try again in %d s.\"}", per_minute, static_cast<int>(seconds)),
                    errdetail_internal("{\"status\": 429, \"headers\": {\"Retry-After\": \"%d\"}}", static_cast<int>(seconds))));
    pg_unreachable();
}

// Functions of the API cannot set headers for views.
bool reads_a_view() {
    const char* path = setting_or_empty("request.path");
    return strcmp(setting_or_empty("request.method"), "GET") == 0 && (strcmp(path, "/products") == 0 || strcmp(path, "/categories") == 0);
}

}  // namespace

// For db-pre-request of PostgREST, and called by each function of the API. Both together count a request once.
SHOPSMART_FUNCTION(shopsmart_pre_request) {
    static TimestampTz counted_transaction = 0;
    if (reads_a_view()) {
        set_config_option("response.headers", "[{\"Cache-Control\": \"public, max-age=60\"}]", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
    }
    const Oid caller = calling_role();
    const char* user = subject();
    if (counted_transaction == GetCurrentTransactionStartTimestamp() || has_role(caller, "shop_service") || has_role(caller, "shop_admin")) {
        PG_RETURN_VOID();
    }
    const int per_minute = user[0] == '\0' ? settings::anonymous_rate_limit() : settings::rate_limit();
    if (per_minute == 0) {
        PG_RETURN_VOID();
    }
    const char* visitor = psprintf("%u %u %s", MyDatabaseId, caller, user);
    const int64 wait = http::take_token(visitor, strlen(visitor), per_minute, GetCurrentTimestamp());
    if (wait > 0) {
        refuse(per_minute, wait);
    }
    counted_transaction = GetCurrentTransactionStartTimestamp();
    PG_RETURN_VOID();
}

SHOPSMART_FUNCTION(shopsmart_sign_token) {
    Jsonb* claims = PG_GETARG_JSONB_P(0);
    const char* payload = JsonbToCString(nullptr, &claims->root, static_cast<int>(VARSIZE(claims)));
    PG_RETURN_TEXT_P(http::signed_token(payload, strlen(payload)));
}

// NULL for a token that we did not sign.
SHOPSMART_FUNCTION(shopsmart_verified_claims) {
    const text* token = PG_GETARG_TEXT_PP(0);
    const char* payload = http::genuine_payload(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token));
    if (payload == nullptr) {
        PG_RETURN_NULL();
    }
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(payload));
}

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
