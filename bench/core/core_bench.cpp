// Prints, as one line of JSON, what build_models() takes for the events of a file.
//
//   core_bench [--threads N] [--kept N] [--min-co-count N] [--memory BYTES] [--output FILE] [--naive] EVENTS
//
// wall and cpu (user + system) are seconds of the computation from numbered records to neighbor lists; scan_wall and
// scan_cpu those of taking the events in. --output writes the lists as CSV. --naive times the loop that everybody writes
// first instead (its wall and cpu include the making of its matrix).
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "event_file.hpp"
#include "naive_neighbors.hpp"

namespace {

using namespace shopsmart;

struct Arguments {
    std::string events;
    std::string output;
    unsigned threads = 2;
    unsigned kept = 50;
    unsigned min_co_count = 2;
    std::size_t memory = std::size_t{8} << 30;
    bool naive = false;
};

struct Seconds {
    double wall = 0;
    double cpu = 0;
};

Seconds now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    const auto wall = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration<double>(wall).count(), of(usage.ru_utime) + of(usage.ru_stime)};
}

Seconds since(const Seconds& start) {
    const Seconds end = now();
    return {end.wall - start.wall, end.cpu - start.cpu};
}

class FileSource final : public core::EventSource {
public:
    explicit FileSource(const bench::EventFile& file) : file_(file) {}
    void scan(const std::function<void(std::span<const core::Event>)>& take) override {
        const Seconds start = now();
        take(file_.events);
        const Seconds spent = since(start);
        scanning.wall += spent.wall;
        scanning.cpu += spent.cpu;
    }
    Seconds scanning;

private:
    const bench::EventFile& file_;
};

class ListWriter final : public core::ModelSink {
public:
    explicit ListWriter(const std::string& path) {
        if (path.empty())
            return;
        file_.reset(std::fopen(path.c_str(), "w"));
        if (!file_)
            throw std::runtime_error("cannot write " + path);
    }
    void neighbors(core::Model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                   std::span<const double> scores, std::span<const std::int32_t> co_counts) override {
        if (!file_)
            return;
        for (std::size_t at = 0; at < neighbor_ids.size(); ++at)
            std::fprintf(file_.get(), "%lld,%lld,%.17g,%d\n", static_cast<long long>(product_id),
                         static_cast<long long>(neighbor_ids[at]), scores[at], co_counts[at]);
    }
    void popularity(std::span<const std::int64_t>, std::span<const double>) override {}

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

class Silence final : public core::BuildMonitor {
    void tick(core::Phase, std::uint64_t, std::uint64_t) override {}
};

Arguments parse(int count, char** values) {
    Arguments arguments;
    for (int at = 1; at < count; ++at) {
        const std::string name = values[at];
        if (name == "--naive") {
            arguments.naive = true;
        } else if (!name.starts_with("--")) {
            arguments.events = name;
        } else {
            if (++at == count)
                throw std::runtime_error(name + " needs a value");
            const std::string value = values[at];
            if (name == "--output")
                arguments.output = value;
            else if (name == "--memory")
                arguments.memory = std::stoull(value);
            else if (name == "--threads")
                arguments.threads = static_cast<unsigned>(std::stoul(value));
            else if (name == "--kept")
                arguments.kept = static_cast<unsigned>(std::stoul(value));
            else if (name == "--min-co-count")
                arguments.min_co_count = static_cast<unsigned>(std::stoul(value));
            else
                throw std::runtime_error("unknown option " + name);
        }
    }
    if (arguments.events.empty())
        throw std::runtime_error("usage: core_bench [OPTIONS] EVENTS");
    return arguments;
}

void measure_naive(const Arguments& arguments, const bench::EventFile& file) {
    const Seconds start = now();
    const std::size_t pairs = bench::naive_neighbors(file, arguments.kept, arguments.min_co_count, arguments.threads);
    const Seconds spent = since(start);
    std::printf("{\"program\": \"naive\", \"events\": %zu, \"pairs\": %zu, \"threads\": %u, \"wall\": %.4f, \"cpu\": %.4f}\n",
                file.events.size(), pairs, arguments.threads, spent.wall, spent.cpu);
}

void measure_core(const Arguments& arguments, const bench::EventFile& file) {
    const core::ModelOptions options{.event_types = file.types,
                                     .as_of_us = 1,
                                     .lookback_start_us = 0,
                                     .basket_span_us = 0,
                                     .kept_neighbors = arguments.kept,
                                     .min_co_count = arguments.min_co_count,
                                     .threads = arguments.threads,
                                     .memory_bytes = arguments.memory};
    FileSource source(file);
    ListWriter sink(arguments.output);
    Silence monitor;
    const Seconds start = now();
    const auto report = core::build_models(source, options, sink, monitor);
    const Seconds spent = since(start);
    std::printf("{\"program\": \"shopsmart\", \"events\": %llu, \"users\": %llu, \"products\": %llu, \"pairs\": %llu, "
                "\"threads\": %u, \"blocks\": %u, \"wall\": %.4f, \"cpu\": %.4f, \"scan_wall\": %.4f, \"scan_cpu\": %.4f, "
                "\"write_wall\": %.4f, \"peak_bytes\": %zu}\n",
                static_cast<unsigned long long>(report.events_read), static_cast<unsigned long long>(report.users),
                static_cast<unsigned long long>(report.products), static_cast<unsigned long long>(report.pairs_kept),
                arguments.threads, report.blocks, spent.wall - source.scanning.wall, spent.cpu - source.scanning.cpu,
                source.scanning.wall, source.scanning.cpu, report.write_seconds, report.peak_bytes);
}

}  // namespace

int main(int count, char** values) {
    try {
        const Arguments arguments = parse(count, values);
        const auto file = bench::read_events(arguments.events);
        if (arguments.naive)
            measure_naive(arguments, file);
        else
            measure_core(arguments, file);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "core_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
