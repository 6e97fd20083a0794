// Text of products and queries on its way to the full-text parser: compounds are taken apart and also put together, so
// that a model number is found however it is punctuated.
//
//     wh-1000xm4   wh 1000xm4 wh1000xm4        usb-c    usb c usbc           men's     mens
//     1/2          1over2                      60w      60w 60 w             1,000     1000
//     3-1/2        3 1over2 31over2            18.5     18.5                 <b>, &nbsp; nothing
//
// Works on bytes: what is not ASCII counts as a letter, so accents and typographic punctuation must be folded before.
#pragma once

#include <cstddef>
#include <string_view>

namespace shopsmart::core {

inline constexpr std::size_t kLongestWord = 100;  // bytes; nobody types longer ones

using TakeForm = void (*)(void* context, std::string_view form);

// Calls take for each form, in order. Longer words are cut, and compounds longer than that are not put together.
void word_forms(std::string_view text, TakeForm take, void* context);

}  // namespace shopsmart::core
