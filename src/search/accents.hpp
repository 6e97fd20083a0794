// Letters without their accents, and typographic signs as plain ones.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::search {

// Appends the text. In a database of another encoding than UTF-8 it is appended as it is.
void append_folded(StringInfo folded, const char* text, int length);

}  // namespace shopsmart::search
