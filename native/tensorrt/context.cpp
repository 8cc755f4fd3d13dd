#include "tensorrt/context.h"

#include <cstring>

#include "tensorrt/dims.h"
#include "tensorrt/finally.h"
#include "tensorrt/graph_capture.h"

namespace calibrt::tensorrt {
namespace {

/// Pinned memory that may lie idle when a context ends.
constexpr std::size_t kIdleHostBytes = std::size_t{64} * 1024 * 1024;

}  // namespace

InferenceContext::InferenceContext(std::shared_ptr<EngineCore> core, const ContextRequest& request)
    : core_(std::move(core)), request_(request), log_(core_->log().observer()) {
  useDevice(core_->device());
  for (const EngineTensor& tensor : core_->info().tensors) {
    if (tensor.isLinear) continue;
    throw Failed(FailureKind::kUnsupported, "'" + tensor.name + "' is laid out for the GPU alone (" + tensor.format +
                                                "): build the engine without I/O formats");
  }
  // Errors of this are the engine's own, and go where its other errors go.
  context_ = core_->createContext(nvinfer1::ExecutionContextAllocationStrategy::kSTATIC);
  if (!context_) throw core_->log().failed(FailureKind::kExecution, "the library makes no execution context");
  const LogScope scope(log_);
  context_->setErrorRecorder(&log_.recorder());
  stream_ = makeStream();
  done_ = makeEvent(kCudaEventDisableTiming | (request.spinWait ? kCudaEventDefault : kCudaEventBlockingSync));
  if (!context_->setOptimizationProfileAsync(request.profile, stream_.get())) {
    throw log_.failed(FailureKind::kInput, "the engine has no optimization profile " + std::to_string(request.profile));
  }
  wait();
  if (request.profileLayers) {
    context_->setEnqueueEmitsProfile(false);
    context_->setProfiler(&profiler_);
  }
  bindings_ = std::make_unique<Bindings>(*core_, *context_, log_, false);
}

InferenceContext::~InferenceContext() {
  const LogScope scope(log_);
  if (context_) {
    context_->setErrorRecorder(nullptr);
    if (request_.profileLayers) context_->setProfiler(nullptr);
  }
  context_.reset();
  HostPool::instance().trim(kIdleHostBytes);
}

std::int64_t InferenceContext::memoryBytes() const noexcept {
  return core_->info().contextMemoryBytes + bindings_->memoryBytes();
}

std::variant<InferResult, Failure> InferenceContext::infer(const std::vector<Feed>& feeds) noexcept {
  return guarded<InferResult>(log_, [&] {
    InferResult result = run(feeds);
    // The JavaScript thread may not pin: what it had to put elsewhere is pinned here, for the next time.
    for (const Feed& feed : feeds) {
      if (!feed.data.isPinned()) HostPool::instance().prepare(feed.bytes);
    }
    return result;
  });
}

std::vector<LayerSamples> InferenceContext::layerTimes() const noexcept {
  try {
    return profiler_.layers();
  } catch (...) {
    return {};
  }
}

std::variant<std::string, Failure> InferenceContext::inspect() noexcept {
  return guarded<std::string>(log_, [&] { return core_->inspect(context_.get(), log_); });
}

InferResult InferenceContext::run(const std::vector<Feed>& feeds) {
  const CudaApi& cuda = CudaApi::get();
  InferResult result;
  // Whatever happens, the GPU must be done with the caller's memory before that is given back.
  const Finally settle([&] { cuda.streamSynchronize(stream_.get()); });
  prepare(feeds);
  for (const Feed& feed : feeds) {
    const Binding& input = bindings_->input(feed.name);
    if (input.tensor->isShapeTensor) continue;
    cuda.check(cuda.memcpyHtoDAsync(input.device.address(), feed.data.data(), feed.bytes, stream_.get()),
               "copying the inputs");
  }
  launch(result);
  for (Binding& output : bindings_->outputs()) {
    if (!output.dynamic) fetch(output, result);
  }
  wait();
  if (bindings_->isDataDependent()) {
    bindings_->fetchShapes();
    for (Binding& output : bindings_->outputs()) {
      if (output.dynamic) fetch(output, result);
    }
    wait();
  }
  if (request_.profileLayers) {
    profiler_.beginIteration();
    context_->reportToProfiler();
  }
  ranOnce_ = true;
  return result;
}

void InferenceContext::prepare(const std::vector<Feed>& feeds) {
  std::vector<std::int64_t> key;
  for (const Feed& feed : feeds) {
    key.insert(key.end(), feed.dims.begin(), feed.dims.end());
    if (!bindings_->input(feed.name).tensor->isShapeTensor) continue;
    for (std::size_t i = 0; i < feed.bytes; ++i) key.push_back(static_cast<std::int64_t>(feed.data.data()[i]));
  }
  if (ranOnce_ && key == prepared_) return;
  graph_ = {};
  ranOnce_ = false;
  for (const Feed& feed : feeds) {
    Binding& input = bindings_->input(feed.name);
    bindings_->setShape(input, feed.dims);
    if (input.tensor->isShapeTensor) bindings_->setValues(input, {feed.data.data(), feed.bytes});
  }
  bindings_->resolve();
  for (const Feed& feed : feeds) {
    const Binding& input = bindings_->input(feed.name);
    if (input.tensor->isShapeTensor || input.bytes == feed.bytes) continue;
    throw Failed(FailureKind::kInput, "input '" + feed.name + "' has " + std::to_string(feed.bytes) +
                                          " bytes, its shape takes " + std::to_string(input.bytes));
  }
  prepared_ = std::move(key);
}

void InferenceContext::launch(InferResult& result) {
  const CudaApi& cuda = CudaApi::get();
  const bool capture = request_.cudaGraph && !graphFailed_ && ranOnce_ && !bindings_->isDataDependent();
  if (capture && !graph_) {
    std::string problem;
    graph_ = captureGraph(*context_, stream_.get(), problem);
    if (!graph_) {
      graphFailed_ = true;
      result.warnings.push_back("no CUDA graph can be captured (" + problem + "): running without");
    }
  }
  if (capture && graph_) {
    cuda.check(cuda.graphLaunch(graph_.get(), stream_.get()), "launching the CUDA graph");
    return;
  }
  if (!context_->enqueueV3(stream_.get())) throw log_.failed(FailureKind::kExecution, "the library fails to run");
}

void InferenceContext::fetch(Binding& output, InferResult& result) {
  HostBlock block = output.tensor->isShapeTensor ? HostBlock() : HostPool::instance().take(output.bytes);
  if (output.tensor->isShapeTensor) {
    // Written by TensorRT itself, to host memory, while shapes were inferred and the run was enqueued.
    wait();
    block = HostPool::instance().take(output.bytes);
    std::memcpy(block.data(), output.host.data(), output.bytes);
  } else if (output.bytes > 0) {
    const CudaApi& cuda = CudaApi::get();
    cuda.check(cuda.memcpyDtoHAsync(block.data(), output.device.address(), output.bytes, stream_.get()),
               "copying the outputs");
  }
  result.outputs.push_back({output.tensor->name, output.tensor->dtype, output.dims, std::move(block), output.bytes});
}

void InferenceContext::wait() {
  const CudaApi& cuda = CudaApi::get();
  cuda.check(cuda.eventRecord(done_.get(), stream_.get()), "cuEventRecord");
  cuda.check(cuda.eventSynchronize(done_.get()), "running the engine");
}

}  // namespace calibrt::tensorrt
