// The rows of a new generation, and the switch that makes it the current one.
#pragma once

#include "bridge/bulk_writer.hpp"
#include "bridge/model_registry.hpp"

#include "core/session_scores.hpp"

namespace shopsmart::bridge {

// The time_window of the popularity list in shopsmart.ranked_lists.
inline constexpr const char* kAllTime = "all";

// A number that no generation had before.
int64 next_generation();

// A number that no run of an evaluation had before.
int64 next_evaluation_run();

// One row of shopsmart.neighbors.
void write_neighbors(BulkWriter& writer, int64 generation, int64 product_id, const int64* neighbor_ids, const double* scores,
                     const int32* co_counts, int count);

// One list of shopsmart.ranked_lists, cut into rows.
void write_ranked_list(BulkWriter& writer, int64 generation, const char* time_window, int64 category_id, const int64* product_ids,
                       const double* scores, int64 count);

// One row of shopsmart.session_lists.
void write_session_list(BulkWriter& writer, int64 generation, int64 product_id, const core::SessionList& list);

// Points the row of that kind in shopsmart.generations at the new generation. A caller with several kinds takes them in
// alphabetical order, so that all callers lock rows in one order. lookback: nullptr when the model knows all events. model: of
// similarity.
void make_current(const char* kind, int64 generation, TimestampTz as_of, const Interval* lookback, const ModelDefinition* model = nullptr);

// Says in shopsmart.trained_models that the neighbors of the model are those of the generation.
void set_trained(const ModelDefinition& model, int64 generation, TimestampTz as_of, const Interval* lookback);
// Takes the model that recommendations rest on out of it, before another takes its place.
void unset_current_trained();

// Remove the rows of generations that nothing names any more. Rebuild and refresh share ranked_lists: each removes only
// what its kind wrote, so that neither waits for the other.
void remove_unused_neighbors();
void remove_other_ranked_lists(int64 generation, bool popularity);
void remove_other_session_lists(int64 generation);
// Removes other generations of the search index, and the changes of which the new one knows.
void remove_other_search_indexes(int64 generation, const int64* change_ids, int64 change_count);

// A bigint[] without NULLs.
Datum int64_array(const int64* elements, int64 count);

}  // namespace shopsmart::bridge
