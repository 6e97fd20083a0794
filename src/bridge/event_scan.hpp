// The shop's events as a stream for core: a plain heap scan of every partition that can matter, in the caller's
// snapshot. SQL would cost ten times as much a row.
#pragma once

#include "bridge/event_types.hpp"
#include "bridge/leaf_tables.hpp"

#include "core/model_build.hpp"

namespace shopsmart::bridge {

// What a scan says of an event beyond user, product, type and time.
enum class EventDetail {
    baskets,  // the session, of types that belong in baskets
    all,      // the session and the event id
};

class EventScan final : public core::EventSource {
public:
    // `tables` come from leaf_tables() and hold events; `types` must outlive the scan. The rights were checked.
    EventScan(const List* tables, const EventTypes& types, TimeRange range, EventDetail detail = EventDetail::baskets)
        : tables_(tables), types_(types), range_(range), detail_(detail) {}

    void scan(const std::function<void(std::span<const core::Event>)>& take) override;

private:
    const List* tables_;
    const EventTypes& types_;
    TimeRange range_;
    EventDetail detail_;
};

}  // namespace shopsmart::bridge
