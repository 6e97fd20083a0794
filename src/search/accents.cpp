#include "search/accents.hpp"

namespace shopsmart::search {

namespace {

// Signs that normalisation would turn into letters, or leave where a plain sign is meant: " " for what only separates.
const char* plain_sign(pg_wchar c) {
    switch (c) {
        case 0xA9:    // copyright
        case 0xAE:    // registered
        case 0x2120:  // service mark
        case 0x2122:  // trademark
            return " ";
        case 0xD7:
            return "x";
        case 0x2018:
        case 0x2019:
        case 0x02BC:
            return "'";
        case 0x2044:
            return "/";
        default:
            break;
    }
    if (c >= 0x2010 && c <= 0x2015) {
        return "-";
    }
    const bool separates = (c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F) || c >= 0x1F000;
    return separates ? " " : nullptr;
}

// Letters whose stroke or ligature normalisation does not take apart.
const char* plain_letter(pg_wchar c) {
    switch (c) {
        case 0xC6: case 0xE6: return "ae";
        case 0x152: case 0x153: return "oe";
        case 0xD8: case 0xF8: return "o";
        case 0xDF: case 0x1E9E: return "ss";
        case 0xD0: case 0xF0: case 0x110: case 0x111: return "d";
        case 0xDE: case 0xFE: return "th";
        case 0x130: case 0x131: return "i";
        case 0x141: case 0x142: return "l";
        default: return nullptr;
    }
}

bool is_accent(pg_wchar c) { return c >= 0x300 && c <= 0x36F; }

void append_character(StringInfo folded, pg_wchar c) {
    const char* plain = plain_sign(c);
    plain = plain != nullptr ? plain : plain_letter(c);
    if (plain != nullptr) {
        appendStringInfoString(folded, plain);
    } else if (!is_accent(c)) {
        unsigned char bytes[MAX_MULTIBYTE_CHAR_LEN];
        unicode_to_utf8(c, bytes);
        appendBinaryStringInfo(folded, reinterpret_cast<char*>(bytes), pg_utf_mblen(bytes));
    }
}

}  // namespace

void append_folded(StringInfo folded, const char* text, int length) {
    int plain = 0;
    while (plain < length && !IS_HIGHBIT_SET(text[plain])) {
        plain++;
    }
    appendBinaryStringInfo(folded, text, plain);
    if (plain == length) {
        return;
    }
    if (GetDatabaseEncoding() != PG_UTF8) {
        appendBinaryStringInfo(folded, text + plain, length - plain);
        return;
    }
    auto* characters = static_cast<pg_wchar*>(palloc(sizeof(pg_wchar) * (length - plain + 1)));
    int count = pg_mb2wchar_with_len(text + plain, characters, length - plain);
    // A sign that only separates must not become letters first ("TM").
    for (int i = 0; i < count; i++) {
        const char* sign = plain_sign(characters[i]);
        characters[i] = sign != nullptr ? static_cast<pg_wchar>(*sign) : characters[i];
    }
    characters[count] = 0;
    for (const pg_wchar* c = unicode_normalize(UNICODE_NFKD, characters); *c != 0; c++) {
        append_character(folded, *c);
    }
}

}  // namespace shopsmart::search
