// shopsmart.normalized_query.
#include "bridge/boundary.hpp"

#include "search/names.hpp"
#include "search/terms.hpp"

using namespace shopsmart;

// Cut before, so that it takes bounded time, and after, because a letter may be written out as many.
SHOPSMART_FUNCTION(shopsmart_normalized_query) {
    const text* query = PG_GETARG_TEXT_PP(0);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(query));
    const char* plain = search::plain_words(VARDATA_ANY(query), pg_mbcharcliplen(VARDATA_ANY(query), length, search::kMostQueryCharacters));
    const int plain_length = static_cast<int>(strlen(plain));
    return PointerGetDatum(cstring_to_text_with_len(plain, pg_mbcharcliplen(plain, plain_length, search::kMostQueryCharacters)));
}
