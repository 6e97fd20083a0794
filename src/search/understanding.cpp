#include "search/understanding.hpp"

#include "bridge/json_object.hpp"
#include "search/accents.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

constexpr int kMostUnwanted = 8;  // phrases of a query
constexpr int kWanted = -1;       // Part::object
constexpr int kShortestInflected = 4;

bool is_category(const char* field) { return strcmp(field, "category") == 0; }
bool is_brand(const char* field) { return strcmp(field, "brand") == 0; }

Sort sort_of(core::WishedOrder order) {
    switch (order) {
        case core::WishedOrder::price_asc: return Sort::price_asc;
        case core::WishedOrder::price_desc: return Sort::price_desc;
        case core::WishedOrder::rating: return Sort::rating;
        default: return Sort::newest;
    }
}

// {"price": {"gte": 20, "lte": 50}}
Jsonb* bounds(const char* field, double least, double most) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfo(&json, "{\"%s\": {", field);
    if (least >= 0) {
        appendStringInfo(&json, "\"gte\": %.15g%s", least, most >= 0 ? ", " : "");
    }
    if (most >= 0) {
        appendStringInfo(&json, "\"lte\": %.15g", most);
    }
    appendStringInfoString(&json, "}}");
    return bridge::parse_json(json.data);
}

// What the caller gives counts more, but both may name attributes.
Jsonb* both_filters(Jsonb* understood, Jsonb* given) {
    if (given == nullptr || !bridge::is_object(given)) {
        return understood;
    }
    Jsonb* both = bridge::concatenated(understood, given);
    if (bridge::holds_key(understood, "attributes") && bridge::holds_key(given, "attributes")) {
        both = bridge::concatenated(both, bridge::object_of("attributes", bridge::concatenated(bridge::field_of(understood, "attributes"), bridge::field_of(given, "attributes"))));
    }
    return both;
}

void append_json(StringInfo json, Jsonb* value) { JsonbToCString(json, &value->root, static_cast<int>(VARSIZE(value))); }

}  // namespace

void Understanding::open(const Index& index, text* query, bool may_correct, bool may_understand) {
    index_ = index;
    query_ = query;
    may_correct_ = may_correct;
    answered_ = Answered::words;
    part_count_ = 0;
    is_read_ = may_understand;
    if (!may_understand) {
        return;
    }
    fold(query);
    core::find_wishes({folded_.data, static_cast<std::size_t>(folded_.len)}, wishes_);
    read_words();
    Phrases phrases;
    phrases.open(index);
    read_wishes(phrases);
    if (may_correct) {
        // Values of attributes need not stand in any text: as they are written they come first.
        read_names(phrases, true);
        correct_words();
    }
    read_names(phrases, false);
    phrases.close();
    std::sort(parts_, parts_ + part_count_, [](const Part& a, const Part& b) { return a.first < b.first; });
}

void Understanding::fold(text* query) {
    const char* bytes = VARDATA_ANY(query);
    const int length = pg_mbcharcliplen(bytes, static_cast<int>(VARSIZE_ANY_EXHDR(query)), kMostQueryCharacters);
    initStringInfo(&folded_);
    places_ = nullptr;
    if (std::none_of(bytes, bytes + length, [](char c) { return IS_HIGHBIT_SET(c); })) {
        appendBinaryStringInfo(&folded_, bytes, length);
        return;
    }
    int room = 64;
    places_ = static_cast<int*>(palloc(sizeof(int) * room));
    for (int at = 0, character = 0; at < length; character++) {
        const int from = folded_.len;
        const int size = pg_mblen(bytes + at);
        append_folded(&folded_, bytes + at, size);
        at += size;
        if (folded_.len > room) {
            room = 2 * folded_.len;
            places_ = static_cast<int*>(repalloc(places_, sizeof(int) * room));
        }
        std::fill(places_ + from, places_ + folded_.len, character);
    }
}

void Understanding::read_words() {
    int words = 0;
    for (int i = 0; i < wishes_.token_count; i++) {
        const core::QueryToken& token = wishes_.tokens[i];
        const bool is_word = token.kind == core::QueryToken::Kind::word || token.kind == core::QueryToken::Kind::number;
        words_[i] = nullptr;
        stems_[i] = nullptr;
        if (is_word && (!token.used || is_object(i)) && words++ < kMostQueryTerms) {
            stems_[i] = stem_of(index_.configuration, lowercase_word(folded_.data + token.begin, static_cast<int>(token.end - token.begin)));
        }
    }
}

// Who asks for a "silverware box without silverware" wants products that name it.
bool Understanding::is_asked_for(int object) const {
    for (int i = 0; i < wishes_.token_count; i++) {
        if (stems_[i] != nullptr && !wishes_.tokens[i].used && strcmp(stems_[i], stems_[object]) == 0) {
            return true;
        }
    }
    return false;
}

// Of a wish for what must not be there.
bool Understanding::is_object(int token) const {
    return std::any_of(wishes_.wishes, wishes_.wishes + wishes_.count, [token](const core::Wish& wish) {
        return wish.kind == core::WishKind::without && token >= wish.object && token < wish.end;
    });
}

void Understanding::correct_words() {
    QueryWord words[kMostQueryTerms];
    int tokens[kMostQueryTerms];
    int count = 0;
    for (int i = 0; i < wishes_.token_count; i++) {
        const core::QueryToken& token = wishes_.tokens[i];
        if (stems_[i] != nullptr && (!token.used || is_object(i))) {
            const bool follows = count > 0 && tokens[count - 1] == i - 1 && token.begin == wishes_.tokens[i - 1].end + 1 && !token.used && !wishes_.tokens[i - 1].used;
            tokens[count] = i;
            words[count++] = {folded_.data + token.begin, static_cast<int>(token.end - token.begin), follows, nullptr};
        }
    }
    answered_ = correct(index_, words, count);
    for (int i = 0; i < count; i++) {
        if (words[i].corrected != nullptr) {
            words_[tokens[i]] = words[i].corrected;
            stems_[tokens[i]] = stems_of(words[i].corrected);
        }
    }
}

// Of a correction: a word, two, or none.
const char* Understanding::stems_of(const char* corrected) const {
    const char* space = strchr(corrected, ' ');
    if (space != nullptr) {
        return psprintf("%s %s", stem_of(index_.configuration, pnstrdup(corrected, space - corrected)), stem_of(index_.configuration, space + 1));
    }
    return corrected[0] == '\0' ? nullptr : stem_of(index_.configuration, corrected);
}

// What is unwanted may be a name of several words, which reaches beyond the wish.
void Understanding::read_wishes(Phrases& phrases) {
    int unwanted = 0;
    for (int i = 0; i < wishes_.count; i++) {
        const core::Wish& wish = wishes_.wishes[i];
        switch (wish.kind) {
            case core::WishKind::price:
            case core::WishKind::rating: {
                const char* field = wish.kind == core::WishKind::price ? "price" : "rating";
                parts_[part_count_++] = {field, wish.first, wish.end, kWanted, bounds(field, wish.least, wish.most), 0};
                break;
            }
            case core::WishKind::sort:
                parts_[part_count_++] = {"sort", wish.first, wish.end, kWanted, nullptr, 0};
                break;
            case core::WishKind::without: {
                if (stems_[wish.object] == nullptr || is_asked_for(wish.object) || unwanted++ >= kMostUnwanted) {
                    break;
                }
                std::for_each(wishes_.tokens + wish.object, wishes_.tokens + wish.end, [](core::QueryToken& token) { token.used = false; });
                Meaning meaning{};
                const int end = name_at(phrases, wish.object, &meaning);
                parts_[part_count_++] = {"without", wish.first, std::max(end, wish.end), wish.object, end >= wish.end ? meaning.adds : nullptr, 0};
                std::for_each(wishes_.tokens + wish.object, wishes_.tokens + std::max(end, wish.end), [](core::QueryToken& token) { token.used = true; });
                break;
            }
        }
    }
}

void Understanding::read_names(Phrases& phrases, bool attributes_only) {
    for (int at = 0; at < wishes_.token_count; at++) {
        Meaning meaning;
        const int end = stems_[at] == nullptr || wishes_.tokens[at].used ? 0 : name_at(phrases, at, &meaning);
        if (end == 0) {
            continue;
        }
        if (attributes_only && (is_brand(meaning.field) || is_category(meaning.field))) {
            at = end - 1;
            continue;
        }
        Part* same = std::find_if(parts_, parts_ + part_count_, [&](const Part& part) { return part.object == kWanted && strcmp(part.kind, meaning.field) == 0; });
        const Part part{meaning.field, at, end, kWanted, meaning.adds, meaning.products};
        // Of two categories the narrower one is meant; of two values of an attribute the first.
        if (same == parts_ + part_count_ || is_brand(meaning.field)) {
            parts_[part_count_++] = part;
        } else if (is_category(meaning.field) && meaning.products < same->products) {
            *same = part;
        }
        std::for_each(wishes_.tokens + at, wishes_.tokens + end, [](core::QueryToken& token) { token.used = true; });
        at = end - 1;
    }
}

// The longest name that begins there; returns the token behind it, or 0.
int Understanding::name_at(Phrases& phrases, int first, Meaning* meaning) const {
    const char* stems[kMostPhraseWords];
    int ends[kMostPhraseWords];
    int count = 0;
    StringInfoData phrase;
    initStringInfo(&phrase);
    for (int at = first; at < wishes_.token_count && count < kMostPhraseWords && !wishes_.tokens[at].used; at++) {
        const char sign = wishes_.tokens[at].sign;
        const bool is_and = stems_[at] == nullptr && sign == '&';
        if (stems_[at] != nullptr || is_and) {
            appendStringInfo(&phrase, "%s%s", count > 0 ? " " : "", is_and ? "and" : stems_[at]);
            stems[count] = pnstrdup(phrase.data, phrase.len);
            ends[count++] = at + 1;
        } else if (sign != '-' && sign != '/' && sign != '.' && sign != '\'') {
            break;
        }
    }
    while (count > 0) {
        if (phrases.find(stems[--count], meaning)) {
            return ends[count];
        }
    }
    return 0;
}

bool Understanding::has_step(Step step) const {
    const auto any = [this](auto&& matches) { return std::any_of(parts_, parts_ + part_count_, matches); };
    switch (step) {
        case Step::all:
            return part_count_ > 0;
        case Step::without_names:
            return any([this](const Part& part) { return is_name(part); });
        case Step::without_bounds:
            return any([this](const Part& part) { return part.adds != nullptr && !is_unwanted(part) && !is_name(part); });
        default:
            return true;
    }
}

bool Understanding::is_dropped(int token, bool attributes, bool names) const {
    return std::any_of(parts_, parts_ + part_count_, [&](const Part& part) {
        const bool stays = is_name(part) && (is_brand(part.kind) || is_category(part.kind) ? !names : !attributes);
        return token >= part.first && token < part.end && !stays;
    });
}

// As it is to be searched for.
void Understanding::append_token(StringInfo into, int token) const {
    if (words_[token] != nullptr) {
        while (words_[token][0] == '\0' && into->len > 0 && into->data[into->len - 1] == ' ') {
            into->len--;
        }
        appendStringInfoString(into, words_[token]);
    } else {
        appendBinaryStringInfo(into, folded_.data + wishes_.tokens[token].begin, static_cast<int>(wishes_.tokens[token].end - wishes_.tokens[token].begin));
    }
}

// The query without what was understood but, where they are wanted, its names; nullptr when nothing is left.
text* Understanding::words_but(bool attributes, bool names) const {
    StringInfoData words;
    initStringInfo(&words);
    uint32 at = 0;
    bool after_dropped = false;
    for (int i = 0; i < wishes_.token_count; i++) {
        const core::QueryToken& token = wishes_.tokens[i];
        const bool ends_dropped = after_dropped && token.kind == core::QueryToken::Kind::sign && !token.after_space && (i + 1 == wishes_.token_count || wishes_.tokens[i + 1].after_space);
        const bool dropped = ends_dropped || is_dropped(i, attributes, names);
        if (dropped || after_dropped) {
            if (words.len > 0 && words.data[words.len - 1] != ' ') {
                appendStringInfoChar(&words, ' ');
            }
        } else {
            appendBinaryStringInfo(&words, folded_.data + at, static_cast<int>(token.begin - at));
        }
        if (!dropped) {
            append_token(&words, i);
        }
        after_dropped = dropped;
        at = token.end;
    }
    appendBinaryStringInfo(&words, folded_.data + at, folded_.len - static_cast<int>(at));
    while (words.len > 0 && words.data[words.len - 1] == ' ') {
        words.len--;
    }
    return words.len == 0 ? nullptr : cstring_to_text_with_len(words.data, words.len);
}

// Where nothing in it is more than words, all of it has been corrected.
Correction Understanding::as_written() const {
    if (may_correct_ && (!is_read_ || part_count_ > 0)) {
        return correct(index_, query_);
    }
    return answered_ == Answered::words ? Correction{query_, false, answered_} : Correction{words_but(true, true), true, answered_};
}

Wanted Understanding::at(Step step, Jsonb* given) const {
    Wanted wanted{query_, {}, given, false, Sort::relevance, step == Step::all ? answered_ : Answered::relaxed};
    if (step == Step::as_written) {
        const Correction correction = as_written();
        wanted.words = correction.query;
        wanted.answered = part_count_ > 0 ? Answered::relaxed : correction.answered;
        wanted.terms = query_terms(index_.configuration, wanted.words);
        return wanted;
    }
    wanted.words = step == Step::all ? words_but(true, false) : nullptr;
    wanted.words = wanted.words != nullptr ? wanted.words : words_but(false, false);
    wanted.words = wanted.words != nullptr ? wanted.words : cstring_to_text("");
    wanted.terms = query_terms(index_.configuration, wanted.words);
    Jsonb* filter = bridge::parse_json("{}");
    for (const Part* part = parts_; part < parts_ + part_count_; part++) {
        if (!is_unwanted(*part) && part->adds != nullptr && (step == Step::all || (step == Step::without_names && !is_name(*part)))) {
            filter = bridge::with_field(filter, part->adds);
        }
    }
    wanted.filter = both_filters(filter, given);
    for (const core::Wish* wish = wishes_.wishes; wish < wishes_.wishes + wishes_.count; wish++) {
        if (wish->kind == core::WishKind::sort) {
            wanted.has_sort = true;
            wanted.sort = sort_of(wish->order);
        }
    }
    return wanted;
}

// The words with up to three letters more, but where a name says itself that it is without them.
const char* Understanding::named_by(const Part& part) const {
    StringInfoData expression;
    initStringInfo(&expression);
    appendStringInfoString(&expression, "(?<!\\m(without|w/o|no|non|not|zero)[ -](a |any )?)\\m");
    bool is_first = true;
    for (int i = part.object; i < part.end; i++) {
        if (stems_[i] == nullptr) {
            continue;
        }
        appendStringInfoString(&expression, is_first ? "" : "[^[:alnum:]]*");
        for (const char* c = stems_[i]; *c != '\0'; c++) {
            appendStringInfo(&expression, is_word_byte(*c) ? "%c" : "\\%c", *c);
        }
        appendStringInfoString(&expression, strlen(stems_[i]) < kShortestInflected ? "s?" : "[[:alpha:]]{0,3}");
        is_first = false;
    }
    appendStringInfoString(&expression, "\\M");
    return expression.data;
}

ranking::ProductPredicate Understanding::predicate(const bridge::ShopTables& shop, const Wanted& wanted, Step step, const bridge::Parameters* before) const {
    ranking::ProductPredicate predicate = ranking::compile_filter(shop, wanted.filter, false, 0, before);
    for (const Part* part = parts_; part < parts_ + part_count_ && step != Step::as_written; part++) {
        if (is_unwanted(*part)) {
            ranking::leave_out_named(named_by(*part), &predicate);
            if (part->adds != nullptr) {
                ranking::leave_out(shop, part->adds, &predicate);
            }
        }
    }
    return predicate;
}

Jsonb* Understanding::described() const {
    const Step step = part_count_ > 0 ? Step::all : Step::as_written;
    const Wanted wanted = at(step, nullptr);
    text* rest = part_count_ > 0 ? words_but(true, true) : wanted.words;
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoString(&json, "{\"filter\": ");
    append_json(&json, wanted.filter == nullptr ? bridge::parse_json("{}") : wanted.filter);
    appendStringInfoString(&json, ", \"text\": ");
    escape_json(&json, rest == nullptr ? "" : text_to_cstring(rest));
    appendStringInfoString(&json, ", \"words\": ");
    escape_json(&json, text_to_cstring(wanted.words));
    appendStringInfo(&json, ", \"sort\": %s", wanted.has_sort ? psprintf("\"%s\"", sort_name(wanted.sort)) : "null");
    appendStringInfoString(&json, ", \"recognized\": [");
    for (const Part* part = parts_; part < parts_ + part_count_; part++) {
        const int start = character_of(wishes_.tokens[part->first].begin);
        const int length = character_of(wishes_.tokens[part->end - 1].end - 1) + 1 - start;
        text* written = DatumGetTextPP(DirectFunctionCall3(text_substr, PointerGetDatum(query_), Int32GetDatum(start + 1), Int32GetDatum(length)));
        appendStringInfo(&json, "%s{\"kind\": ", part == parts_ ? "" : ", ");
        escape_json(&json, part->kind);
        appendStringInfo(&json, ", \"start\": %d, \"length\": %d, \"text\": ", start + 1, length);
        escape_json(&json, text_to_cstring(written));
        if (part->adds != nullptr) {
            appendStringInfo(&json, ", \"%s\": ", is_unwanted(*part) ? "leaves_out" : "adds");
            append_json(&json, part->adds);
        }
        appendStringInfoChar(&json, '}');
    }
    appendStringInfoString(&json, "]}");
    return bridge::parse_json(json.data);
}

}  // namespace shopsmart::search
