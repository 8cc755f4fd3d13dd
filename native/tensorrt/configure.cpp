#include "tensorrt/configure.h"

#include <algorithm>

#include "tensorrt/build_tables.h"
#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

#if CALIBRT_RTX
void setTargets(nvinfer1::IBuilderConfig& config, const std::vector<std::string>& targets,
                const Capability& capability) {
  if (targets.empty()) return;
  // The count first: setting one beyond the count is refused.
  bool accepted = config.setNbComputeCapabilities(static_cast<std::int32_t>(targets.size()));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto target = capability.value(kTargets, targets[i], "target");
    accepted = accepted && config.setComputeCapability(target, static_cast<std::int32_t>(i));
  }
  if (!accepted) throw Failed(FailureKind::kUnsupported, "the library refuses this set of targets");
}
#else
void setTargets(nvinfer1::IBuilderConfig& /*config*/, const std::vector<std::string>& targets,
                const Capability& capability) {
  const auto other = std::ranges::find_if(targets, [](const auto& target) { return target != "current"; });
  if (other == targets.end()) return;
  throw capability.lacks("target '" + *other +
                         "': it builds for the GPU at hand (only TensorRT-RTX builds ahead of time)");
}
#endif

bool isPrecision(const std::string& flag) {
  return std::ranges::find(kPrecisionFlags, flag) != std::end(kPrecisionFlags);
}

void setFlags(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  for (const std::string& name : request.flags) {
    // Carried out by the model's own Q/DQ nodes, whose presence is checked after parsing.
    if (CALIBRT_STRONGLY_TYPED && name == "int8") continue;
    if (CALIBRT_STRONGLY_TYPED && isPrecision(name)) {
      throw capability.lacks("builder flag '" + name + "': types are the model's own");
    }
    const auto flag = capability.value(kBuilderFlags, name, "builder flag");
    config.setFlag(flag);
    if (!config.getFlag(flag)) throw capability.lacks("builder flag '" + name + "'");
  }
  for (const std::string& name : request.clearedFlags) {
    config.clearFlag(capability.value(kBuilderFlags, name, "builder flag"));
  }
}

void setMemoryPools(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  for (const NamedAmount& pool : request.memoryPools) {
    config.setMemoryPoolLimit(capability.value(kMemoryPools, pool.name, "memory pool"), pool.amount);
  }
}

void setNumbers(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  if (request.optimizationLevel) config.setBuilderOptimizationLevel(*request.optimizationLevel);
  if (request.avgTimingIterations) config.setAvgTimingIterations(*request.avgTimingIterations);
  if (request.maxAuxStreams) config.setMaxAuxStreams(*request.maxAuxStreams);
  if (request.maxTactics) {
    capability.require(4, "limit of tactics");
    config.setMaxNbTactics(*request.maxTactics);
  }
  if (request.l2LimitForTiling) {
    capability.require(8, "L2 limit for tiling");
    if (!config.setL2LimitForTiling(*request.l2LimitForTiling)) {
      throw Failed(FailureKind::kUnsupported, "the library refuses an L2 limit for tiling of " +
                                                  std::to_string(*request.l2LimitForTiling) + " bytes");
    }
  }
}

void setLevels(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  if (!request.profilingVerbosity.empty()) {
    config.setProfilingVerbosity(
        capability.value(kProfilingVerbosities, request.profilingVerbosity, "profiling verbosity"));
  }
  if (!request.hardwareCompatibility.empty()) {
    config.setHardwareCompatibilityLevel(
        capability.value(kHardwareCompatibility, request.hardwareCompatibility, "hardware compatibility level"));
  }
  if (!request.runtimePlatform.empty()) {
    config.setRuntimePlatform(capability.value(kRuntimePlatforms, request.runtimePlatform, "runtime platform"));
  }
  if (!request.tilingLevel.empty()) {
    const auto level = capability.value(kTilingLevels, request.tilingLevel, "tiling optimization level");
    if (!config.setTilingOptimizationLevel(level)) {
      throw Failed(FailureKind::kUnsupported, "the library refuses tiling level '" + request.tilingLevel + "'");
    }
  }
}

void setTacticSources(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  if (request.tacticSources.empty()) return;
  nvinfer1::TacticSources sources = config.getTacticSources();
  for (const Switch& source : request.tacticSources) {
    const auto bit = 1U << static_cast<unsigned>(capability.value(kTacticSources, source.name, "tactic source"));
    sources = source.on ? sources | bit : sources & ~bit;
  }
  if (!config.setTacticSources(sources)) {
    throw Failed(FailureKind::kUnsupported, "the library refuses this set of tactic sources");
  }
}

void setBuildRoute([[maybe_unused]] nvinfer1::IBuilderConfig& config, const BuildRequest& request,
                   const Capability& capability) {
  if (request.buildRoute.empty()) return;
#if CALIBRT_STRONGLY_TYPED
  if (!CALIBRT_RTX && capability.version() < 110100) throw capability.lacks("build routes, which came with 11.1");
  if (!config.setBuildRoute(request.buildRoute.c_str())) {
    throw Failed(FailureKind::kUnsupported, "the library refuses build route '" + request.buildRoute + "'");
  }
#else
  throw capability.lacks("build routes");
#endif
}

void setDla(nvinfer1::IBuilderConfig& config, const BuildRequest& request) {
  if (!request.dlaCore) return;
  config.setDefaultDeviceType(nvinfer1::DeviceType::kDLA);
  config.setDLACore(*request.dlaCore);
}

}  // namespace

void configure(nvinfer1::IBuilderConfig& config, const BuildRequest& request, const Capability& capability) {
  setTargets(config, request.targets, capability);
  setFlags(config, request, capability);
  setMemoryPools(config, request, capability);
  setNumbers(config, request, capability);
  setLevels(config, request, capability);
  setTacticSources(config, request, capability);
  setBuildRoute(config, request, capability);
  setDla(config, request);
  for (const Switch& feature : request.previewFeatures) {
    config.setPreviewFeature(capability.value(kPreviewFeatures, feature.name, "preview feature"), feature.on);
  }
}

nvinfer1::NetworkDefinitionCreationFlags networkFlags([[maybe_unused]] const BuildRequest& request) {
#if CALIBRT_STRONGLY_TYPED
  return 0;
#else
  const bool strongly = request.stronglyTyped.value_or(std::ranges::none_of(request.flags, isPrecision));
  return strongly ? 1U << static_cast<unsigned>(nvinfer1::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED) : 0U;
#endif
}

bool needsGpu([[maybe_unused]] const BuildRequest& request) {
#if CALIBRT_RTX
  const auto has = [](const std::vector<std::string>& names, const char* name) {
    return std::ranges::find(names, name) != names.end();
  };
  // Its compiler asks CUDA as soon as weights may be replaced, whatever the targets.
  return has(request.targets, "current") || has(request.flags, "refit") || has(request.flags, "stripWeights");
#else
  return true;
#endif
}

}  // namespace calibrt::tensorrt
