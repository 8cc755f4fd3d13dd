#include "infer/engine.h"

#include <algorithm>

#include "infer/context.h"
#include "infer/host_memory.h"
#include "infer/inspector.h"

namespace calibrt::test {
namespace {

class SerializationConfig final : public Doubled<ISerializationConfig, RefusingSerializationConfig> {
 public:
  ~SerializationConfig() override = default;
  bool setFlag(SerializationFlag flag) noexcept override {
    Entry("setSerializationFlag").with("flag", static_cast<int>(flag));
    return true;
  }
  bool clearFlag(SerializationFlag) noexcept override { return true; }
};

}  // namespace

Engine::Engine(std::shared_ptr<const Plan> plan, ILogger& logger)
    : plan_(std::move(plan)), log_(logger), budget_(getStreamableWeightsSize()) {}

const InputRange* Engine::range(const std::string& name, int32_t profile) const {
  if (profile < 0 || static_cast<std::size_t>(profile) >= plan_->profiles.size()) return nullptr;
  const ProfileRanges& ranges = plan_->profiles[static_cast<std::size_t>(profile)];
  const auto found = ranges.find(name);
  return found == ranges.end() ? nullptr : &found->second;
}

IHostMemory* Engine::serialize() const noexcept {
  Entry("serialize");
  return std::make_unique<HostMemory>(encodePlan(*plan_)).release();
}

ISerializationConfig* Engine::createSerializationConfig() noexcept {
  return std::make_unique<SerializationConfig>().release();
}

IHostMemory* Engine::serializeWithConfig(ISerializationConfig&) const noexcept { return serialize(); }

IExecutionContext* Engine::createExecutionContext(ExecutionContextAllocationStrategy strategy) noexcept {
  Entry("createExecutionContext").with("strategy", nameOf(strategy));
  if (fails("createExecutionContext")) {
    log_.error(ErrorCode::kFAILED_ALLOCATION, "Requested amount of GPU memory could not be allocated (told to fail).");
    return nullptr;
  }
  return Context::make(*this, strategy).release();
}

int32_t Engine::getNbOptimizationProfiles() const noexcept {
  return static_cast<int32_t>(std::max<std::size_t>(plan_->profiles.size(), 1));
}

ProfilingVerbosity Engine::getProfilingVerbosity() const noexcept {
  if (plan_->detailed) return ProfilingVerbosity::kDETAILED;
  return plan_->nameless ? ProfilingVerbosity::kNONE : ProfilingVerbosity::kLAYER_NAMES_ONLY;
}

IEngineInspector* Engine::createEngineInspector() const noexcept {
  if (fails("createEngineInspector")) return nullptr;
  return std::make_unique<Inspector>(plan_).release();
}

char const* Engine::getIOTensorName(int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index);
  const std::size_t inputs = graph().inputs.size();
  if (i >= inputs + graph().outputs.size()) return nullptr;
  return (i < inputs ? graph().inputs[i] : graph().outputs[i - inputs]).c_str();
}

Dims Engine::getTensorShape(char const* name) const noexcept { return toDims(graph().tensor(name).dims); }

TensorLocation Engine::getTensorLocation(char const* name) const noexcept {
  return graph().isShapeInput(name) ? TensorLocation::kHOST : TensorLocation::kDEVICE;
}

TensorIOMode Engine::getTensorIOMode(char const* name) const noexcept {
  if (std::ranges::find(graph().inputs, name) != graph().inputs.end()) return TensorIOMode::kINPUT;
  const bool output = std::ranges::find(graph().outputs, name) != graph().outputs.end();
  return output ? TensorIOMode::kOUTPUT : TensorIOMode::kNONE;
}

Dims Engine::getProfileShape(char const* name, int32_t profile, OptProfileSelector select) const noexcept {
  const InputRange* found = range(name, profile);
  // An input that is not dynamic has the same shape in all profiles.
  return found == nullptr ? getTensorShape(name) : toDims(found->shapes[static_cast<int>(select)]);
}

int64_t const* Engine::getProfileTensorValuesV2(char const* name, int32_t profile,
                                                OptProfileSelector select) const noexcept {
  addedIn(10, 11, "getProfileTensorValuesV2");
  const InputRange* found = range(name, profile);
  return found == nullptr ? nullptr : found->values[static_cast<int>(select)].data();
}

int64_t Engine::getDeviceMemorySizeV2() const noexcept {
  addedIn(10, 1, "getDeviceMemorySizeV2");
  return static_cast<std::int64_t>(memory());
}

int64_t Engine::getStreamableWeightsSize() const noexcept {
  return plan_->weightStreaming ? static_cast<std::int64_t>(graph().weightBytes()) : 0;
}

bool Engine::setWeightStreamingBudgetV2(int64_t bytes) noexcept {
  addedIn(10, 1, "setWeightStreamingBudgetV2");
  Entry("setWeightStreamingBudgetV2").with("bytes", bytes);
  if (bytes < 0 || bytes > getStreamableWeightsSize() || fails("setWeightStreamingBudgetV2")) return false;
  budget_ = bytes;
  return true;
}

int64_t Engine::getWeightStreamingBudgetV2() const noexcept {
  addedIn(10, 1, "getWeightStreamingBudgetV2");
  return budget_;
}

int64_t Engine::getWeightStreamingAutomaticBudget() const noexcept {
  addedIn(10, 1, "getWeightStreamingAutomaticBudget");
  return getStreamableWeightsSize() / 2;
}

int64_t Engine::getWeightStreamingScratchMemorySize() const noexcept {
  addedIn(10, 1, "getWeightStreamingScratchMemorySize");
  return budget_ < getStreamableWeightsSize() ? 1024 : 0;
}

int64_t Engine::getEngineStat(EngineStat) const noexcept {
  addedIn(10, 14, "getEngineStat");
  return static_cast<std::int64_t>(graph().weightBytes());
}

}  // namespace calibrt::test
