#include "search/posting_lists.hpp"

#include "settings.hpp"

namespace shopsmart::search {

core::FieldOptions field_options(const Index& index) {
    const settings::SearchSettings& set = settings::search_settings();
    return {{set.name_weight, set.brand_weight, set.category_weight, set.description_weight}, set.k1, set.b, index.mean_name_length, index.mean_description_length};
}

}  // namespace shopsmart::search
