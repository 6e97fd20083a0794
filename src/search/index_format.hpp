// How the rows of the search index are cut: each fills a page of 8 kB.
#pragma once

namespace shopsmart::search {

inline constexpr unsigned kMostDocuments = 2'000'000'000;
inline constexpr int kPostingsInRow = 960;
inline constexpr int kDocumentsInRow = 960;
inline constexpr int kWordBytesInRow = 7680;

}  // namespace shopsmart::search
