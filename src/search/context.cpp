#include "search/context.hpp"

#include <algorithm>
#include <new>

namespace shopsmart::search {

namespace {

constexpr float kLeastWeight = 0.001F;  // of a product that holds none of the others

unsigned bit(int place) { return 1U << place; }

}  // namespace

void Context::open(const Index& index) {
    index_ = &index;
    lists_.open(index);
    occurrence_score_ = new (palloc(sizeof(core::OccurrenceScore))) core::OccurrenceScore(field_options(index));
    held_ = nullptr;
    taken_ = 0;
    weigh(0);
}

int64 Context::products_with(const Terms& word) {
    int64 most = 0;
    for (int i = 0; i < word.count; i++) {
        most = std::max(most, lists_.products_with(word.terms[i]));
    }
    return most;
}

int Context::add(const Terms& word) {
    int place = 0;
    while (place < kMostWords && (taken_ & bit(place)) != 0) {
        place++;
    }
    const int64 products = products_with(word);
    if (place == kMostWords || products == 0) {
        return kNone;
    }
    if (held_ == nullptr) {
        held_ = static_cast<uint8*>(MemoryContextAllocExtended(CurrentMemoryContext, static_cast<Size>(index_->documents), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    }
    for (int i = 0; i < word.count; i++) {
        lists_.read(word.terms[i], [](int64) {}, [&](const core::Posting& posting) { held_[posting.document] |= static_cast<uint8>(bit(place)); });
    }
    rarities_[place] = core::rarity(static_cast<uint64>(index_->documents), static_cast<uint64>(products));
    taken_ |= bit(place);
    return place;
}

void Context::remove(int place, const Terms& word) {
    for (int i = 0; i < word.count; i++) {
        lists_.read(word.terms[i], [](int64) {}, [&](const core::Posting& posting) { held_[posting.document] &= static_cast<uint8>(~bit(place)); });
    }
    taken_ &= ~bit(place);
    weigh(0);
}

void Context::weigh(unsigned others) {
    const auto rarity_of = [this](unsigned places) {
        float sum = 0;
        for (int place = 0; place < kMostWords; place++) {
            sum += (places & bit(place)) != 0 ? rarities_[place] : 0;
        }
        return sum;
    };
    const float all = rarity_of(others);
    for (unsigned held = 0; held < lengthof(weights_); held++) {
        const float share = all > 0 ? rarity_of(held & others) / all : 1;
        weights_[held] = share * share + kLeastWeight;
    }
    weighed_ = others;
}

double Context::support(const Terms& word, unsigned others) {
    if (others != weighed_) {
        weigh(others);
    }
    double sum = 0;
    for (int i = 0; i < word.count; i++) {
        lists_.read(word.terms[i], [](int64) {}, [&](const core::Posting& posting) {
            sum += (*occurrence_score_)(posting.occurrence) * weights_[held_ == nullptr ? 0 : held_[posting.document]];
        });
    }
    return sum;
}

}  // namespace shopsmart::search
