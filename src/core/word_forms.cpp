#include "core/word_forms.hpp"

#include <algorithm>
#include <cstring>

namespace shopsmart::core {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 128; }
bool is_word(char c) { return is_digit(c) || is_letter(c); }

// Never behind the end, never within a character.
std::string_view cut(std::string_view word) {
    if (word.size() <= kLongestWord)
        return word;
    std::size_t end = kLongestWord;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80)
        --end;
    return word.substr(0, end);
}

// Behind a tag or an entity that begins there, or the same place when none does.
std::size_t behind_markup(std::string_view text, std::size_t at) {
    constexpr std::size_t kLongestTag = 300;
    constexpr std::size_t kLongestEntity = 10;
    if (at + 1 >= text.size())
        return at;
    const char next = text[at + 1];
    if (text[at] == '<' && (is_letter(next) || next == '/' || next == '!')) {
        const std::size_t end = text.substr(at, kLongestTag).find('>');
        return end == std::string_view::npos ? at : at + end + 1;
    }
    if (text[at] == '&' && (is_letter(next) || next == '#')) {
        const std::size_t end = text.substr(at, kLongestEntity).find(';');
        return end == std::string_view::npos ? at : at + end + 1;
    }
    return at;
}

class Compound {
public:
    Compound(TakeForm take, void* context) : take_(take), context_(context) {}

    void add(std::string_view part) {
        ++parts_;
        emit(part);
        emit_number_and_unit(part);
        if (joined_size_ + part.size() > kLongestWord) {
            fits_ = false;
            return;
        }
        std::memcpy(joined_ + joined_size_, part.data(), part.size());
        joined_size_ += part.size();
    }

    void close() {
        if (parts_ > 1 && fits_)
            emit({joined_, joined_size_});
    }

private:
    void emit(std::string_view form) { take_(context_, cut(form)); }

    void emit_number_and_unit(std::string_view part) {
        constexpr std::size_t kMostDigits = 5;
        constexpr std::size_t kMostLetters = 5;
        const auto* const end = part.data() + part.size();
        const auto* const unit = std::find_if_not(part.data(), end, is_digit);
        const std::size_t digits = static_cast<std::size_t>(unit - part.data());
        const std::size_t letters = part.size() - digits;
        if (digits >= 1 && digits <= kMostDigits && letters >= 1 && letters <= kMostLetters && std::all_of(unit, end, is_letter)) {
            emit(part.substr(0, digits));
            emit(part.substr(digits));
        }
    }

    TakeForm take_;
    void* context_;
    int parts_ = 0;
    bool fits_ = true;
    char joined_[kLongestWord];
    std::size_t joined_size_ = 0;
};

// One part of a compound: letters and digits, without the apostrophes and the commas of thousands in it.
class Part {
public:
    void add(std::string_view text) {
        const std::size_t bytes = std::min(text.size(), sizeof bytes_ - size_);
        std::memcpy(bytes_ + size_, text.data(), bytes);
        size_ += bytes;
    }
    std::string_view view() const { return {bytes_, size_}; }
    bool is_number() const { return size_ > 0 && std::all_of(bytes_, bytes_ + size_, is_digit); }

private:
    char bytes_[4 * kLongestWord];
    std::size_t size_ = 0;
};

std::size_t word_end(std::string_view text, std::size_t at) {
    while (at < text.size() && is_word(text[at]))
        ++at;
    return at;
}

bool digits_follow(std::string_view text, std::size_t at, std::size_t exactly) {
    const auto* const begin = text.data() + at;
    const auto* const end = text.data() + text.size();
    const auto* const behind = std::find_if_not(begin, end, is_digit);
    return static_cast<std::size_t>(behind - begin) == exactly && (behind == end || !is_letter(*behind));
}

bool joins(char c) { return c != '\0' && std::strchr("-/._+&*#:", c) != nullptr; }

// What stands at the end of a word within a part, and how it is written there.
bool continues_part(std::string_view text, std::size_t at, const Part& part, std::string_view* written) {
    if (at + 1 >= text.size() || !is_word(text[at + 1]))
        return false;
    const char c = text[at];
    const bool number_before = part.is_number() && is_digit(text[at + 1]);
    *written = c == '/' ? "over" : c == '.' ? "." : "";
    return c == '\'' || c == '`' || (number_before && (c == '.' || (c == ',' && digits_follow(text, at + 1, 3)))) ||
           (number_before && c == '/' && is_digit(text[at + 1]));
}

std::size_t read_part(std::string_view text, std::size_t at, Part& part) {
    while (true) {
        const std::size_t end = word_end(text, at);
        part.add(text.substr(at, end - at));
        std::string_view written;
        if (!continues_part(text, end, part, &written))
            return end;
        part.add(written);
        at = end + 1;
    }
}

}  // namespace

void word_forms(std::string_view text, TakeForm take, void* context) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_word(text[at])) {
            const std::size_t behind = behind_markup(text, at);
            at = behind > at ? behind : at + 1;
            continue;
        }
        Compound compound(take, context);
        while (true) {
            Part part;
            at = read_part(text, at, part);
            compound.add(part.view());
            if (at + 1 >= text.size() || !joins(text[at]) || !is_word(text[at + 1]) || behind_markup(text, at) > at)
                break;
            ++at;
        }
        compound.close();
    }
}

}  // namespace shopsmart::core
