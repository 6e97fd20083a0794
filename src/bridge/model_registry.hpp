// shopsmart.models: similarities that the shop has named.
#pragma once

#include "bridge/pg.hpp"

#include "core/model_build.hpp"

namespace shopsmart::bridge {

// Kinds of similarity by core::SimilarityKind, as SQL names them.
inline constexpr const char* kSimilarityNames[] = {"cosine", "tf_idf", "bm25", "rp3beta", "llr"};

// Sets the similarity of the model of that name; false when there is none.
bool find_model(const char* name, core::Similarity* similarity);

// The name and similarity of the default model; nullptr when no model is the default: then it is plain cosine.
const char* default_model(core::Similarity* similarity);

}  // namespace shopsmart::bridge
