// What a user's history says of the products that a search finds: the scores of shopsmart_recommend, whose best one counts 1.
#pragma once

#include "bridge/relations.hpp"
#include "core/candidates.hpp"
#include "search/matches.hpp"

namespace shopsmart::search {

class Personal {
public:
    // Nobody's taste when user is nullptr, unknown, or has no history that a model speaks for.
    void open(const bridge::ShopTables& shop, text* user);
    bool is_somebody() const { return weight_ > 0; }
    // By what the score of the text is multiplied: 1 to 1 + shopsmart.search_personal_weight.
    float factor(int64 product_id) const;
    // nullptr when nothing speaks for the product, or more against it.
    const core::Candidate* reasons(int64 product_id) const;

private:
    core::CandidateTable candidates_;
    double weight_;  // for a score of 1
};

// Whether the query is the name or the SKU of the best of these matches and of no second one: then it is that product that is
// wanted, whatever the taste. Leaves the matches as they were.
bool names_product(Matches& matches, const bridge::ShopTables& shop, text* query);

}  // namespace shopsmart::search
