#include "tensorrt/build_plan.h"

#include <algorithm>
#include <chrono>

#include "tensorrt/configure.h"
#include "tensorrt/cuda_driver.h"
#include "tensorrt/error_recorder.h"
#include "tensorrt/log_digest.h"
#include "tensorrt/network_view.h"
#include "tensorrt/parse_model.h"
#include "tensorrt/profiles.h"
#include "tensorrt/progress_monitor.h"
#include "tensorrt/timing_cache.h"

namespace calibrt::tensorrt {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Failure cancelled() { return {FailureKind::kCancelled, "the build was cancelled", {}}; }

/// Without a GPU the library fails late, with an error number of the CUDA runtime.
std::optional<Failure> checkGpu(const BuildRequest& request) {
  if (!needsGpu(request)) return std::nullopt;
  const CudaReport cuda = probeCuda();
  if (cuda.problem.empty()) return std::nullopt;
  return Failure{FailureKind::kNoGpu, std::string(kProduct) + " needs a GPU for this: " + cuda.problem, {}};
}

/// INT8 was asked for, but nothing says with which ranges.
bool lacksRanges(const BuildRequest& request, const nvinfer1::INetworkDefinition& network) {
  const bool int8 = std::ranges::find(request.flags, "int8") != request.flags.end();
  return int8 && !isQuantized(network);
}

}  // namespace

std::variant<BuildResult, Failure> buildPlan(const EntryPoints& library, const BuildRequest& request,
                                             BuildObserver& observer) {
  if (auto failure = checkGpu(request)) return *failure;
  LogDigest log(observer, request.verbose);
  const LogScope scope(log);
  ErrorRecorder recorder(log);
  ProgressMonitor monitor(observer);
  const auto refused = [&](std::string message) {
    return Failure{FailureKind::kRefused, std::move(message), log.explanation()};
  };

  // TensorRT's objects are destroyed in the reverse of this order, the builder last.
  const auto builder = library.createBuilder();
  if (!builder) return refused("the library makes no builder");
  builder->setErrorRecorder(&recorder);
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(networkFlags(request)));
  if (!config || !network) return refused("the library makes no network");
  const auto parser = library.createParser(*network);
  if (!parser) return refused("the library makes no ONNX parser");

  const Clock::time_point start = Clock::now();
  if (auto failure = configure(*config, request)) {
    if (failure->details.empty()) failure->details = log.explanation();
    return *failure;
  }
  if (auto failure = parseModel(*parser, request)) return *failure;
  if (network->getNbOutputs() == 0) {
    // One in four files of random bytes is a valid protobuf message of unknown fields.
    return Failure{FailureKind::kModel, "no network", {"it holds no graph with outputs"}};
  }
  if (lacksRanges(request, *network)) {
    return Failure{FailureKind::kUnsupported,
                   "int8 needs a model with QuantizeLinear and DequantizeLinear nodes; `calibrt quantize` writes one",
                   {}};
  }
  if (auto failure = addProfiles(*builder, *network, *config, request)) return *failure;
  BuildResult result;
  result.parseMs = millisecondsSince(start);
  if (observer.cancelled()) return cancelled();

  config->setProgressMonitor(&monitor);
  const auto timingCache = attachTimingCache(*config, request, log);
  const Clock::time_point buildStart = Clock::now();
  const std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
  // The builder asks whether to stop at its steps only, of which the last may come early.
  if (observer.cancelled()) return cancelled();
  if (!plan || plan->size() == 0) return refused("the builder returned no plan");
  result.buildMs = millisecondsSince(buildStart);

  result.plan = copyBytes(plan.get());
  result.layers = network->getNbLayers();
  result.inputs = networkInputs(*network);
  result.outputs = networkOutputs(*network);
  result.timingCache = serializeTimingCache(timingCache.get());
  result.weightBytes = log.weightBytes();
  result.warnings = log.warnings();
  return result;
}

}  // namespace calibrt::tensorrt
