#include "tensorrt/configure.h"

#include <algorithm>

#include "tensorrt/name_tables.h"
#include "tensorrt/version.h"

namespace calibrt::tensorrt {
namespace {

Failure unsupported(const std::string& what) {
  return {FailureKind::kUnsupported, std::string(kProduct) + " " + versionText(kHeaderVersion) + " has no " + what, {}};
}

#if CALIBRT_RTX
std::optional<Failure> setTargets(nvinfer1::IBuilderConfig& config, const std::vector<std::string>& targets) {
  if (targets.empty()) return std::nullopt;
  // The count first: setting one beyond the count is refused.
  bool accepted = config.setNbComputeCapabilities(static_cast<std::int32_t>(targets.size()));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto target = valueOf(kTargets, targets[i]);
    if (!target) return unsupported("target '" + targets[i] + "'");
    accepted = accepted && config.setComputeCapability(*target, static_cast<std::int32_t>(i));
  }
  if (accepted) return std::nullopt;
  return Failure{FailureKind::kUnsupported, "the library refuses this set of targets", {}};
}
#else
std::optional<Failure> setTargets(nvinfer1::IBuilderConfig& /*config*/, const std::vector<std::string>& targets) {
  const auto other = std::ranges::find_if(targets, [](const auto& target) { return target != "current"; });
  if (other == targets.end()) return std::nullopt;
  return unsupported("target '" + *other + "': it builds for the GPU at hand (only TensorRT-RTX builds ahead of time)");
}
#endif

bool isPrecision(const std::string& flag) {
  return std::ranges::find(kPrecisionFlags, flag) != std::end(kPrecisionFlags);
}

std::optional<Failure> setFlags(nvinfer1::IBuilderConfig& config, const std::vector<std::string>& flags) {
  for (const std::string& name : flags) {
    // Carried out by the model's own Q/DQ nodes, whose presence is checked after parsing.
    if (CALIBRT_STRONGLY_TYPED && name == "int8") continue;
    const auto flag = valueOf(kBuilderFlags, name);
    if (!flag)
      return unsupported("builder flag '" + name + "'" + (isPrecision(name) ? ": types are the model's own" : ""));
    config.setFlag(*flag);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> configure(nvinfer1::IBuilderConfig& config, const BuildRequest& request) {
  if (auto failure = setTargets(config, request.targets)) return failure;
  if (auto failure = setFlags(config, request.flags)) return failure;
  if (request.workspaceBytes) config.setMemoryPoolLimit(nvinfer1::MemoryPoolType::kWORKSPACE, *request.workspaceBytes);
  if (request.optimizationLevel) config.setBuilderOptimizationLevel(*request.optimizationLevel);
  if (!request.profilingVerbosity.empty()) {
    const auto verbosity = valueOf(kProfilingVerbosities, request.profilingVerbosity);
    if (!verbosity) return unsupported("profiling verbosity '" + request.profilingVerbosity + "'");
    config.setProfilingVerbosity(*verbosity);
  }
  return std::nullopt;
}

nvinfer1::NetworkDefinitionCreationFlags networkFlags([[maybe_unused]] const BuildRequest& request) {
#if CALIBRT_STRONGLY_TYPED
  return 0;
#else
  const bool weakly = std::ranges::any_of(request.flags, isPrecision);
  return weakly ? 0U : 1U << static_cast<unsigned>(nvinfer1::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
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
