#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensorrt/host_tensor.h"

namespace calibrt::tensorrt {

/// How each timed context gets memory for activations.
enum class AllocationStrategy : std::uint8_t { kStatic, kProfile, kRuntime };

/// A dynamic input's shape or, for a shape tensor, its values.
struct TimingShape {
  std::string input;
  std::vector<std::int64_t> dims;
};

/// trtexec's method, in its words; see lib/backends/tensorrt/timing-options.ts.
struct TimingRequest {
  /// Inputs that are not named take the profile's OPT.
  std::vector<TimingShape> shapes;
  /// Inputs that are not named are filled by random.
  std::vector<Feed> inputs;
  std::int32_t profile = 0;
  std::int64_t iterations = 10;
  float warmUpMs = 200;
  /// Negative: until cancelled.
  float durationMs = 3000;
  float sleepMs = 0;
  float idleMs = 0;
  std::int32_t streams = 1;
  bool threads = false;
  bool cudaGraph = false;
  bool spinWait = false;
  bool transfers = true;
  bool exposeDma = false;
  bool managedMemory = false;
  float persistentCacheRatio = 0;
  AllocationStrategy allocation = AllocationStrategy::kStatic;
  bool profileLayers = false;
  bool fetchOutputs = false;
};

/// One query: host times in ms from the host's start, GPU times from the GPU's.
struct QueryTimes {
  std::uint32_t stream = 0;
  float enqueueStart = 0;
  float enqueueEnd = 0;
  float h2dStart = 0;
  float h2dEnd = 0;
  float computeStart = 0;
  float computeEnd = 0;
  float d2hStart = 0;
  float d2hEnd = 0;
};

/// One layer's time in ms, an element per iteration.
struct LayerSamples {
  std::string name;
  std::vector<float> milliseconds;
};

struct TimingResult {
  /// By their h2dStart, without the warm-up's.
  std::vector<QueryTimes> queries;
  std::uint64_t warmUpQueries = 0;
  /// From the first query's h2dStart to the last one's d2hEnd.
  float walltimeMs = 0;
  std::vector<LayerSamples> layers;
  std::vector<Fetched> outputs;
  std::vector<std::string> notes;
};

/// Watches a timed run; called on its threads.
class TimingObserver {
 public:
  virtual ~TimingObserver() = default;
  /// Whether to stop; asked at every query.
  [[nodiscard]] virtual bool cancelled() const noexcept = 0;
  /// How long it has measured.
  virtual void progress(float elapsedMs) noexcept = 0;
};

}  // namespace calibrt::tensorrt
