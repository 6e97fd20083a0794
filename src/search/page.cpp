#include "search/page.hpp"

#include "search/understanding.hpp"

#include <cinttypes>
#include <cstdio>

namespace shopsmart::search {

namespace {

constexpr const char* kSortNames[] = {"relevance", "price_asc", "price_desc", "rating", "newest"};
constexpr int kHashDigits = 16;
constexpr int kLongestKey = 1000;

uint64 hash_text(const char* bytes, Size length, uint64 seed) {
    return DatumGetUInt64(hash_any_extended(reinterpret_cast<const unsigned char*>(bytes), static_cast<int>(length), seed));
}

uint64 hash_of(const Question& question, const char* place) {
    uint64 hash = static_cast<uint64>(question.sort) * 8 + (question.has_sort ? 4 : 0) + (question.may_understand ? 2 : 0) + (question.may_correct ? 1 : 0);
    hash = hash_text(VARDATA_ANY(question.query), VARSIZE_ANY_EXHDR(question.query), hash);
    if (question.filter != nullptr) {
        hash = hash_text(VARDATA_ANY(question.filter), VARSIZE_ANY_EXHDR(question.filter), hash);
    }
    if (question.user != nullptr) {
        hash = hash_text(VARDATA_ANY(question.user), VARSIZE_ANY_EXHDR(question.user), hash);
    }
    return hash_text(place, strlen(place), hash);
}

// A query that is nothing but words has no other step.
bool may_have_step(const Question& question, int step) {
    return step < kSteps && (question.may_understand || static_cast<Step>(step) == Step::as_written);
}

[[noreturn]] void reject_cursor() {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("after is not a cursor of this search"),
                    errhint("Give the cursor of the last row of a page, with the same query and the same other arguments.")));
    pg_unreachable();
}

// What the sorts write: a number, or a numeric that is none. numeric_in() takes any of it; a longer exponent would be out of its range.
bool is_key(const char* text) {
    for (const char* name : {"NaN", "Infinity", "-Infinity"}) {
        if (strcmp(text, name) == 0) {
            return true;
        }
    }
    const auto digits_at = [](const char* place) { return strspn(place, "0123456789"); };
    text += *text == '-' ? 1 : 0;
    if (digits_at(text) == 0) {
        return false;
    }
    text += digits_at(text);
    text += *text == '.' ? 1 + digits_at(text + 1) : 0;
    if (*text == 'e') {
        text += text[1] == '-' || text[1] == '+' ? 2 : 1;
        if (digits_at(text) == 0 || digits_at(text) > 2) {
            return false;
        }
        text += digits_at(text);
    }
    return *text == '\0';
}

}  // namespace

Sort parse_sort(const text* name) {
    if (name == nullptr) {
        return Sort::relevance;
    }
    const char* wanted = text_to_cstring(name);
    for (int i = 0; i < static_cast<int>(lengthof(kSortNames)); i++) {
        if (strcmp(wanted, kSortNames[i]) == 0) {
            return static_cast<Sort>(i);
        }
    }
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown sort \"%s\"", pnstrdup(wanted, Min(strlen(wanted), 63))),
                    errhint("Known ones are relevance, price_asc, price_desc, rating and newest.")));
    pg_unreachable();
}

const char* sort_name(Sort sort) { return kSortNames[static_cast<int>(sort)]; }

text* make_cursor(const Question& question, const PageEnd& end) {
    char* place = psprintf("%d.%d.%d." INT64_FORMAT ".%s", end.rank, end.any_word ? 1 : 0, end.step, end.product_id, end.key == nullptr ? "" : end.key);
    return cstring_to_text(psprintf("%016" PRIx64 "%s", static_cast<uint64_t>(hash_of(question, place)), place));
}

PageEnd parse_cursor(const Question& question, const text* cursor) {
    if (VARSIZE_ANY_EXHDR(cursor) <= kHashDigits || VARSIZE_ANY_EXHDR(cursor) > kLongestKey) {
        reject_cursor();
    }
    const char* whole = text_to_cstring(cursor);
    const char* place = whole + kHashDigits;
    const char* hash = psprintf("%016" PRIx64, static_cast<uint64_t>(hash_of(question, place)));
    PageEnd end{};
    int any_word;
    int64_t product_id;
    int read = 0;
    // Whoever knows how we hash makes up any place; the widths leave no number that is out of range.
    if (strncmp(whole, hash, kHashDigits) != 0 || sscanf(place, "%9d.%1d.%1d.%" SCNd64 ".%n", &end.rank, &any_word, &end.step, &product_id, &read) != 4 || read == 0 ||
        end.rank < 1 || !may_have_step(question, end.step)) {
        reject_cursor();
    }
    end.any_word = any_word == 1;
    end.product_id = product_id;
    end.key = place[read] == '\0' ? nullptr : place + read;
    if (end.key != nullptr && !is_key(end.key)) {
        reject_cursor();
    }
    return end;
}

}  // namespace shopsmart::search
