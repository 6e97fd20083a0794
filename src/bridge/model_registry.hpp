// shopsmart.models: similarities that the shop has named.
#pragma once

#include "bridge/pg.hpp"

#include "core/history_weights.hpp"
#include "core/model_build.hpp"

namespace shopsmart::bridge {

// Kinds of similarity by core::SimilarityKind, as SQL names them.
inline constexpr const char* kSimilarityNames[] = {"cosine", "tf_idf", "bm25", "rp3beta", "llr", "ease", "slim", "ials"};

struct ModelDefinition {
    const char* name;        // nullptr: no such model
    const char* kind;
    const char* parameters;  // a JSON object
    core::Similarity similarity;
    core::Blend blend;
    core::ReadingOptions reading;
    int least_neighbors;     // that training keeps: as many as the definition lets score; 0: it says nothing of that
};

// The model of that name: a built-in one, whose name is its kind, or one that the shop has named.
ModelDefinition find_model(const char* name);

// The one that recommendations are to rest on: that the shop chose, or rp3beta.
ModelDefinition default_model();

}  // namespace shopsmart::bridge
