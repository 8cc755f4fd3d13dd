#include "infer/builder.h"

#include <algorithm>

#include "infer/host_memory.h"
#include "infer/network.h"
#include "infer/phases.h"
#include "infer/plan.h"

namespace calibrt::test {
namespace {

using Code = nvinfer1::ErrorCode;

bool isDynamic(const Graph& graph, const std::string& input) {
  return graph.isShapeInput(input) || std::ranges::any_of(graph.tensor(input).dims, [](auto dim) { return dim < 0; });
}

/// Whether each dynamic input has its ranges in each profile.
bool checkProfiles(const Graph& graph, const Config& config, const Log& log) {
  for (const std::string& input : graph.inputs) {
    if (!isDynamic(graph, input)) continue;
    if (config.profiles().empty()) {
      log.error(Code::kINVALID_ARGUMENT,
                "Network has dynamic or shape inputs, but no optimization profile has been defined.");
      return false;
    }
    for (const ProfileRanges& ranges : config.profiles()) {
      if (ranges.contains(input)) continue;
      log.error(Code::kINVALID_ARGUMENT,
                "Dynamic input " + input + " is missing dimensions in an optimization profile.");
      return false;
    }
  }
  return true;
}

/// The failures that the settings ask for, each as TensorRT would tell it.
bool failsAsTold(const Log& log) {
  if (fails("build.outOfMemory")) {
    log.error(Code::kFAILED_ALLOCATION,
              "Requested amount of GPU memory (268435456 bytes) could not be allocated. There "
              "may not be enough free memory for allocation to succeed.");
    log.error(Code::kINTERNAL_ERROR, "Could not find any implementation for node (told to fail).");
    return true;
  }
  if (fails("build")) {
    log.error(Code::kINTERNAL_ERROR, "Could not find any implementation for node (told to fail).");
    return true;
  }
  return fails("build.silent");
}

#if NV_TENSORRT_MAJOR < 11
/// Scales of a network that says none itself: the calibrator's, or the dynamic ranges that were set.
std::optional<Scales> findScales(Network& network, const Config& config, const Gpu& gpu, const Log& log) {
  if (IInt8Calibrator* calibrator = config.getInt8Calibrator()) {
    if (!Phases(config.getProgressMonitor()).run("Building calibration engine")) return std::nullopt;
    return calibrate(*calibrator, network, config, gpu, log);
  }
  log.warning(
      "Calibrator is not being used. Users must provide dynamic range for all tensors that are not Int32 or Bool.");
  Scales scales;
  for (const std::string& name : network.graph().activations()) {
    const Tensor& tensor = network.tensor(name);
    if (tensor.dynamicRangeIsSet()) {
      scales[name] = tensor.dynamicRange() / 127.0F;
      continue;
    }
    log.warning("Missing scale and zero-point for tensor " + name +
                ", expect fall back to non-int8 implementation for any layer consuming or producing given tensor");
  }
  return scales;
}
#endif

}  // namespace

IBuilderConfig* Builder::createBuilderConfig() noexcept {
  Entry("createBuilderConfig");
  return fails("createBuilderConfig") ? nullptr : std::make_unique<Config>().release();
}

INetworkDefinition* Builder::createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept {
  std::vector<std::string> names;
#if NV_TENSORRT_MAJOR < 11
  if ((flags >> static_cast<unsigned>(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED) & 1U) != 0) {
    names.emplace_back("kSTRONGLY_TYPED");
  }
#endif
  Entry("createNetwork").with("flags", names);
  return fails("createNetwork") ? nullptr : std::make_unique<Network>(*this, flags).release();
}

IOptimizationProfile* Builder::createOptimizationProfile() noexcept {
  Entry("createOptimizationProfile");
  profiles_.push_back(std::make_unique<Profile>());
  return profiles_.back().get();
}

std::optional<std::vector<std::uint8_t>> Builder::build(INetworkDefinition& definition, IBuilderConfig& configuration) {
  auto& network = static_cast<Network&>(definition);
  auto& config = static_cast<Config&>(configuration);
  Entry("build").with("stronglyTyped", network.stronglyTyped());
  std::string problem;
  const Gpu* gpu = findGpu(problem);
  if (gpu == nullptr) {
    log_.error(Code::kINTERNAL_ERROR, problem);
    return std::nullopt;
  }
  log_.verbose("Graph optimization time: 0.001 seconds.");
  log_.info("Detected " + std::to_string(network.getNbInputs()) + " inputs and " +
            std::to_string(network.getNbOutputs()) + " output network tensors.");
  if (failsAsTold(log_) || !checkProfiles(network.graph(), config, log_)) return std::nullopt;

  Plan plan;
#if NV_TENSORRT_MAJOR < 11
  const bool int8 = config.getFlag(BuilderFlag::kINT8);
  if (network.stronglyTyped() && (int8 || config.getFlag(BuilderFlag::kFP16))) {
    log_.error(Code::kINVALID_CONFIG, "Precision flags cannot be set for a strongly typed network.");
    return std::nullopt;
  }
  if (int8 && !network.graph().isQuantized()) {
    std::optional<Scales> scales = findScales(network, config, *gpu, log_);
    if (!scales) return std::nullopt;
    plan.scales = std::move(*scales);
  }
#endif
  if (!Phases(config.getProgressMonitor()).run("Building Engine")) return std::nullopt;
  if (fails("build.late")) {
    log_.error(Code::kINTERNAL_ERROR, "Engine could not be created (told to fail).");
    return std::nullopt;
  }
  log_.info("Total Host Persistent Memory: 512 bytes");
  log_.info("Total Weights Memory: " + std::to_string(network.graph().weightBytes()) + " bytes");
  log_.info("Engine generation completed in 0.001 seconds.");

  plan.version = libraryVersion();
  plan.graph = network.graph();
  plan.profiles = config.profiles();
  plan.detailed = config.getProfilingVerbosity() == ProfilingVerbosity::kDETAILED;
  plan.nameless = config.getProfilingVerbosity() == ProfilingVerbosity::kNONE;
  plan.refittable = config.getFlag(BuilderFlag::kREFIT);
  plan.stripped = config.getFlag(BuilderFlag::kSTRIP_PLAN);
  plan.weightStreaming = config.getFlag(BuilderFlag::kWEIGHT_STREAMING);
  return fails("build.emptyPlan") ? std::vector<std::uint8_t>{} : encodePlan(plan);
}

IHostMemory* Builder::buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept {
  auto bytes = build(network, config);
  Entry("buildSerializedNetwork").with("returned", bytes.has_value());
  return bytes ? std::make_unique<HostMemory>(std::move(*bytes)).release() : nullptr;
}

bool Builder::buildSerializedNetworkToStream(INetworkDefinition& network, IBuilderConfig& config,
                                             IStreamWriter& writer) noexcept {
  addedIn(10, 13, "buildSerializedNetworkToStream");
  auto bytes = build(network, config);
  Entry("buildSerializedNetworkToStream").with("returned", bytes.has_value());
  if (!bytes) return false;
  // In pieces, as the real one writes.
  for (std::size_t start = 0; start < bytes->size(); start += 4096) {
    const auto count = static_cast<std::int64_t>(std::min<std::size_t>(4096, bytes->size() - start));
    if (writer.write(bytes->data() + start, count) != count) return false;
  }
  return true;
}

}  // namespace calibrt::test
