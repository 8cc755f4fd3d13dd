#include "addon/functions.h"

#include <algorithm>
#include <span>

#include "addon/arguments.h"
#include "addon/statistics.h"
#include "core/accumulate.h"

namespace calibrt::js {
namespace {

void refuseRepeated(Napi::Env env, std::vector<Statistics*> statistics) {
  std::ranges::sort(statistics);
  // Two threads would write to it.
  if (std::ranges::adjacent_find(statistics) != statistics.end()) {
    refuse(env, "accumulateAll: statistics", "expected distinct objects, got one of them twice");
  }
}

}  // namespace

Napi::Value accumulateAll(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::vector<Statistics*> statistics = Statistics::fromArray(info[0], "accumulateAll: statistics");
  refuseRepeated(env, statistics);
  const Napi::Array array = arrayArgument(info[1], "accumulateAll: data");
  if (array.Length() != statistics.size()) {
    refuse(env, "accumulateAll: data",
           "expected " + std::to_string(statistics.size()) + " arrays, one per statistics object, got " +
               std::to_string(array.Length()));
  }
  std::vector<TypedArrayArgument<float>> data;
  data.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    data.push_back(typedArrayArgument<float>(array.Get(i), "accumulateAll: data[" + std::to_string(i) + "]"));
  }
  const auto threads = static_cast<std::size_t>(integerArgument(info[2], "accumulateAll: threads", 1, kMostThreads));

  std::vector<Histogram*> histograms;
  std::vector<std::span<const float>> spans;
  histograms.reserve(statistics.size());
  spans.reserve(data.size());
  for (Statistics* each : statistics) histograms.push_back(&each->forWriting());
  for (const auto& each : data) spans.push_back(each.span());
  calibrt::accumulateAll(histograms, spans, threads);
  for (Statistics* each : statistics) each->reportMemory();
  return env.Undefined();
}

}  // namespace calibrt::js
