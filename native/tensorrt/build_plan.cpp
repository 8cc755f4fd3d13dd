#include "tensorrt/build_plan.h"

#include <algorithm>
#include <chrono>

#include "tensorrt/calibration.h"
#include "tensorrt/capability.h"
#include "tensorrt/configure.h"
#include "tensorrt/cuda_driver.h"
#include "tensorrt/error_recorder.h"
#include "tensorrt/log_digest.h"
#include "tensorrt/network_options.h"
#include "tensorrt/network_view.h"
#include "tensorrt/parse_model.h"
#include "tensorrt/placeholder_ranges.h"
#include "tensorrt/plugins.h"
#include "tensorrt/profiles.h"
#include "tensorrt/progress_monitor.h"
#include "tensorrt/timing_cache.h"

namespace calibrt::tensorrt {
namespace {

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void checkCancelled(const BuildObserver& observer) {
  if (observer.cancelled()) throw Failed(FailureKind::kCancelled, "the build was cancelled");
}

/// Without a GPU the library fails late, with an error number of the CUDA runtime.
void takeGpu(const BuildRequest& request) {
  if (!needsGpu(request)) return;
  if (const std::string problem = deviceProblem(request.device); !problem.empty()) {
    throw Failed(FailureKind::kNoGpu, std::string(kProduct) + " needs a GPU for this: " + problem);
  }
  useDevice(request.device);
}

/// One build's objects, destroyed in the reverse of this order, the builder last.
class PlanBuild {
 public:
  PlanBuild(const EntryPoints& library, const BuildRequest& request, BuildObserver& observer)
      : request_(request), observer_(observer), capability_(library.version()), log_(observer, request.verbose),
        scope_(log_), recorder_(log_), monitor_(observer), builder_(library.createBuilder()) {
    if (!builder_) throw refused("the library makes no builder");
    builder_->setErrorRecorder(&recorder_);
    config_.reset(builder_->createBuilderConfig());
    network_.reset(builder_->createNetworkV2(networkFlags(request)));
    if (!config_ || !network_) throw refused("the library makes no network");
    parser_ = library.createParser(*network_);
    if (!parser_) throw refused("the library makes no ONNX parser");
  }

  BuildResult run() {
    const Clock::time_point start = Clock::now();
    prepare();
    BuildResult result;
    result.parseMs = millisecondsSince(start);
    checkCancelled(observer_);

    config_->setProgressMonitor(&monitor_);
    const auto timingCache = attachTimingCache(*config_, request_, log_);
    const Clock::time_point buildStart = Clock::now();
    const std::unique_ptr<nvinfer1::IHostMemory> plan(builder_->buildSerializedNetwork(*network_, *config_));
    if (calibration_) {
      if (const std::optional<Failure>& failure = calibration_->feeder().failure()) throw Failed(*failure);
    }
    // The builder asks whether to stop at its steps only, of which the last may come early.
    checkCancelled(observer_);
    if (!plan || plan->size() == 0) throw refused("the builder returned no plan");
    result.buildMs = millisecondsSince(buildStart);
    describe(result);
    result.plan = copyBytes(plan.get());
    result.timingCache = serializeTimingCache(timingCache.get());
    return result;
  }

 private:
  void prepare() {
    try {
      configure(*config_, request_, capability_);
    } catch (const Failed& failed) {
      Failure failure = failed.failure();
      if (failure.details.empty()) failure.details = log_.explanation();
      throw Failed(std::move(failure));
    }
    loadPlugins(*builder_, *config_, request_);
    setParserFlags(*parser_, request_, capability_);
    if (auto failure = parseModel(*parser_, request_)) throw Failed(*std::move(failure));
    if (network_->getNbOutputs() == 0) {
      // One in four files of random bytes is a valid protobuf message of unknown fields.
      throw Failed({FailureKind::kModel, "no network", {"it holds no graph with outputs"}});
    }
    applyNetworkOptions(*network_, *config_, request_, capability_);
    addProfiles(*builder_, *network_, *config_, request_, capability_);
    chooseRanges();
  }

  /// Where the scales of INT8 come from.
  void chooseRanges() {
    const bool quantized = isQuantized(*network_);
    const bool int8 = std::ranges::find(request_.flags, "int8") != request_.flags.end();
    if (quantized) {
      if (request_.calibration || request_.placeholderRanges) {
        log_.message(Severity::kWarning, "the model has QuantizeLinear and DequantizeLinear nodes, whose scales count: "
                                         "nothing is calibrated");
      }
      return;
    }
    if (request_.placeholderRanges) {
      setPlaceholderRanges(*network_, request_, capability_);
      log_.message(Severity::kWarning, kPlaceholderName);
      return;
    }
    if (int8 && !request_.calibration) {
      throw Failed(
          FailureKind::kUnsupported,
          std::string("int8 needs a model with QuantizeLinear and DequantizeLinear nodes; `calibrt quantize` "
                      "writes one") +
              (CALIBRT_STRONGLY_TYPED ? "" : ". Or give a calibrator: samples (--data), or a cache (--cache)"));
    }
    calibration_ = Calibration::prepare(*builder_, *network_, *config_, request_, observer_, capability_, log_);
    if (calibration_) monitor_.stopIf([feeder = &calibration_->feeder()] { return feeder->failed(); });
  }

  void describe(BuildResult& result) const {
    result.layers = network_->getNbLayers();
    result.inputs = networkInputs(*network_);
    result.outputs = networkOutputs(*network_);
    result.weightBytes = log_.weightBytes();
    result.warnings = log_.warnings();
  }

  Failed refused(std::string message) const {
    return Failed({FailureKind::kRefused, std::move(message), log_.explanation()});
  }

  const BuildRequest& request_;
  BuildObserver& observer_;
  const Capability capability_;
  LogDigest log_;
  const LogScope scope_;
  ErrorRecorder recorder_;
  ProgressMonitor monitor_;
  std::unique_ptr<nvinfer1::IBuilder> builder_;
  std::unique_ptr<nvinfer1::IBuilderConfig> config_;
  std::unique_ptr<nvinfer1::INetworkDefinition> network_;
  std::unique_ptr<nvonnxparser::IParser> parser_;
  std::unique_ptr<Calibration> calibration_;
};

}  // namespace

BuildResult buildPlan(const EntryPoints& library, const BuildRequest& request, BuildObserver& observer) {
  takeGpu(request);
  PlanBuild build(library, request, observer);
  return build.run();
}

}  // namespace calibrt::tensorrt
