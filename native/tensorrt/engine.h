#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tensorrt/build_request.h"
#include "tensorrt/failure.h"
#include "tensorrt/host_pool.h"
#include "tensorrt/host_tensor.h"
#include "tensorrt/run_observer.h"
#include "tensorrt/timing_request.h"

/// Engines as the addon sees them. Every call works on the calling thread for as long as it takes, and none throws.
/// Objects may be destroyed in any order: what a child needs of its parent lives on with it.
namespace calibrt::tensorrt {

struct EngineTensor {
  std::string name;
  /// ONNX's lower-case name: `float32`.
  std::string dtype;
  bool isInput = false;
  /// Its values decide shapes: they are read on the host.
  bool isShapeTensor = false;
  /// Row-major without padding; every other layout is for the GPU alone.
  bool isLinear = false;
  /// A dynamic dimension is -1.
  std::vector<std::int64_t> dims;
  /// The library's words for the layout.
  std::string format;
  /// Inputs only, one per optimization profile.
  std::vector<ShapeRange> profiles;
};

struct WeightStreaming {
  std::int64_t streamableBytes = 0;
  std::int64_t budgetBytes = 0;
  std::int64_t automaticBudgetBytes = 0;
  std::int64_t scratchBytes = 0;
};

struct EngineInfo {
  std::string name;
  std::int32_t layers = 0;
  std::vector<EngineTensor> tensors;
  std::int32_t profiles = 0;
  std::int64_t contextMemoryBytes = 0;
  /// Bytes of weights where the library tells, else the plan's size.
  std::int64_t weightBytes = 0;
  std::int32_t auxiliaryStreams = 0;
  bool refittable = false;
  std::string profilingVerbosity;
  /// Only of plans built for it.
  std::optional<WeightStreaming> weightStreaming;
};

struct LoadRequest {
  std::vector<std::uint8_t> plan;
  /// Read where `plan` is empty.
  std::string planPath;
  int device = 0;
  bool allowHostCode = false;
  /// Weight streaming: bytes, or a share of the streamable weights, or the library's choice; nothing: no streaming.
  struct Budget {
    enum class Kind : std::uint8_t { kBytes, kPercent, kAutomatic };
    Kind kind = Kind::kBytes;
    double value = 0;
  };
  std::optional<Budget> weightBudget;
};

struct ContextRequest {
  std::int32_t profile = 0;
  bool cudaGraph = false;
  bool spinWait = false;
  bool profileLayers = false;
};

struct InferResult {
  std::vector<Fetched> outputs;
  std::vector<std::string> warnings;
};

/// Runs one inference at a time; calls come one after another, from one thread.
class Context {
 public:
  virtual ~Context() = default;
  /// GPU memory for activations, inputs and outputs, as of now.
  [[nodiscard]] virtual std::int64_t memoryBytes() const noexcept = 0;
  virtual std::variant<InferResult, Failure> infer(const std::vector<Feed>& feeds) noexcept = 0;
  /// Of all inferences so far; empty unless layers are profiled.
  [[nodiscard]] virtual std::vector<LayerSamples> layerTimes() const noexcept = 0;
  /// The engine inspector's JSON, with the shapes of the last inference.
  [[nodiscard]] virtual std::variant<std::string, Failure> inspect() noexcept = 0;
};

/// Calls come one after another; contexts made of it run beside them.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual const EngineInfo& info() const noexcept = 0;
  /// Where feeds are best put.
  [[nodiscard]] virtual HostPool& hostPool() const noexcept = 0;
  virtual std::variant<std::shared_ptr<Context>, Failure> makeContext(const ContextRequest& request) noexcept = 0;
  /// The engine inspector's JSON.
  [[nodiscard]] virtual std::variant<std::string, Failure> inspect() noexcept = 0;
  /// Times it with contexts of its own.
  virtual std::variant<TimingResult, Failure> time(const TimingRequest& request, TimingObserver& observer) noexcept = 0;
};

}  // namespace calibrt::tensorrt
