// The shop's events as a stream for core: a plain heap scan of every partition that can matter, in the caller's
// snapshot. SQL would cost ten times as much a row.
#pragma once

#include "bridge/event_types.hpp"
#include "bridge/leaf_tables.hpp"

#include "core/model_build.hpp"

namespace shopsmart::bridge {

class EventScan final : public core::EventSource {
public:
    // `tables` come from leaf_tables() and hold events; `types` must outlive the scan. The rights were checked.
    // Only events of types that belong in baskets carry their session: nothing else asks for it.
    EventScan(const List* tables, const EventTypes& types, TimeRange range) : tables_(tables), types_(types), range_(range) {}

    void scan(const std::function<void(std::span<const core::Event>)>& take) override;

private:
    const List* tables_;
    const EventTypes& types_;
    TimeRange range_;
};

}  // namespace shopsmart::bridge
