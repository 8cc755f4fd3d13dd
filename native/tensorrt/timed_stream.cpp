#include "tensorrt/timed_stream.h"

#include <algorithm>
#include <cstring>

#include "tensorrt/dims.h"
#include "tensorrt/graph_capture.h"
#include "tensorrt/random_fill.h"

namespace calibrt::tensorrt {
namespace {

using Clock = std::chrono::steady_clock;
using nvinfer1::ExecutionContextAllocationStrategy;

float hostMilliseconds(Clock::time_point start) {
  return std::chrono::duration<float, std::milli>(Clock::now() - start).count();
}

const Feed* find(const std::vector<Feed>& inputs, const std::string& name) {
  const auto found = std::ranges::find_if(inputs, [&](const Feed& each) { return each.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

const std::vector<std::int64_t>& shapeOf(const TimingRequest& request, const EngineTensor& tensor) {
  for (const TimingShape& shape : request.shapes) {
    if (shape.input == tensor.name) return shape.dims;
  }
  return tensor.profiles.at(static_cast<std::size_t>(request.profile)).opt;
}

/// Values of a shape tensor, in its own integer type.
std::vector<std::byte> toBytes(const std::vector<std::int64_t>& values, nvinfer1::DataType type) {
  const std::size_t width = type == nvinfer1::DataType::kINT64 ? 8 : 4;
  std::vector<std::byte> bytes(values.size() * width);
  // Little-endian, so the low bytes are the narrow integer.
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(bytes.data() + i * width, &values[i], width);
  return bytes;
}

}  // namespace

TimedStream::TimedStream(EngineCore& core, const TimingRequest& request, std::uint32_t index,
                         std::vector<std::string>& notes)
    : core_(core), request_(request), index_(index), profiles_(request.profileLayers && index == 0),
      log_(core.log().observer()), slots_(request.exposeDma ? 1 : 2) {
  const LogScope scope(log_);
  createContext();
  input_ = makeStream(kCudaStreamDefault);
  compute_ = makeStream(kCudaStreamDefault);
  output_ = makeStream(kCudaStreamDefault);
  const unsigned flags = request.spinWait ? kCudaEventDefault : kCudaEventBlockingSync;
  for (Slot& slot : slots_) {
    for (Event& event : slot.events) event = makeEvent(flags);
  }
  const CudaApi& cuda = CudaApi::get();
  if (!context_->setOptimizationProfileAsync(request.profile, compute_.get())) {
    throw log_.failed(FailureKind::kInput, "the engine has no optimization profile " + std::to_string(request.profile));
  }
  cuda.check(cuda.streamSynchronize(compute_.get()), "choosing the optimization profile");
  bindings_ = std::make_unique<Bindings>(core, *context_, log_, request.managedMemory);
  bindInputs();
  if (profiles_) {
    context_->setEnqueueEmitsProfile(false);
    context_->setProfiler(&profiler_);
  }
  if (std::ranges::any_of(inputs_, [](const Transfer& each) { return !each.host.isPinned(); })) {
    notes.emplace_back("host memory could not be pinned: copies are slower");
  }
  if (!request.transfers) {
    copyInputs();
    cuda.check(cuda.streamSynchronize(input_.get()), "copying the inputs");
  }
  if (request.cudaGraph && !profiles_) prepareGraph(notes);
}

TimedStream::~TimedStream() {
  const CudaApi& cuda = CudaApi::get();
  // A run that failed or was cancelled may leave work behind.
  for (const Stream* stream : {&input_, &compute_, &output_}) {
    if (*stream) cuda.streamSynchronize(stream->get());
  }
  const LogScope scope(log_);
  if (context_) {
    context_->setErrorRecorder(nullptr);
    if (profiles_) context_->setProfiler(nullptr);
  }
  context_.reset();
}

void TimedStream::createContext() {
  const bool ours = request_.allocation != AllocationStrategy::kStatic;
  if (ours && !core_.hasMinor(1)) {
    throw Failed(FailureKind::kUnsupported, "allocation strategies other than static need TensorRT 10.1 or newer");
  }
  context_ = core_.createContext(ours ? ExecutionContextAllocationStrategy::kUSER_MANAGED
                                      : ExecutionContextAllocationStrategy::kSTATIC);
  if (!context_) throw core_.log().failed(FailureKind::kExecution, "the library makes no execution context");
  context_->setErrorRecorder(&log_.recorder());
  int cacheBytes = 0;
  const CudaApi& cuda = CudaApi::get();
  CudaDeviceId device = 0;
  cuda.check(cuda.deviceGet(&device, core_.device()), "cuDeviceGet");
  cuda.check(cuda.deviceGetAttribute(&cacheBytes, kCudaMaxPersistingL2, device), "cuDeviceGetAttribute");
  context_->setPersistentCacheLimit(
      static_cast<std::size_t>(static_cast<float>(cacheBytes) * request_.persistentCacheRatio));
}

void TimedStream::bindInputs() {
  for (Binding& input : bindings_->inputs()) {
    const EngineTensor& tensor = *input.tensor;
    if (tensor.isShapeTensor) {
      const Feed* given = find(request_.inputs, tensor.name);
      const std::vector<std::byte> values = toBytes(shapeOf(request_, tensor), input.type);
      bindings_->setValues(input, given != nullptr ? std::span<const std::byte>(given->data.data(), given->bytes)
                                                   : std::span<const std::byte>(values));
    } else {
      bindings_->setShape(input, shapeOf(request_, tensor));
    }
  }
  bindings_->resolve();
  if (request_.allocation != AllocationStrategy::kStatic) {
    const std::int64_t bytes = request_.allocation == AllocationStrategy::kProfile
                                   ? core_.engine().getDeviceMemorySizeForProfileV2(request_.profile)
                                   : static_cast<std::int64_t>(context_->updateDeviceMemorySizeForShapes());
    activations_.ensure(static_cast<std::size_t>(bytes));
    context_->setDeviceMemoryV2(activations_.pointer(), bytes);
  }
  for (Binding& input : bindings_->inputs()) {
    if (input.tensor->isShapeTensor) continue;
    Transfer transfer{HostPool::instance().take(input.bytes), &input};
    const std::span<std::byte> data(transfer.host.data(), input.bytes);
    if (const Feed* given = find(request_.inputs, input.tensor->name)) {
      if (given->bytes != input.bytes) {
        throw Failed(FailureKind::kInput, "input '" + given->name + "' has " + std::to_string(given->bytes) +
                                              " bytes, its shape takes " + std::to_string(input.bytes));
      }
      std::memcpy(data.data(), given->data.data(), given->bytes);
    } else {
      fillRandomly(data, input.type);
    }
    if (request_.managedMemory) std::memcpy(input.device.pointer(), data.data(), data.size());
    inputs_.push_back(std::move(transfer));
  }
  for (Binding& output : bindings_->outputs()) {
    if (output.tensor->isShapeTensor || output.dynamic) continue;
    outputs_.push_back({HostPool::instance().take(output.bytes), &output});
  }
}

void TimedStream::copyInputs() {
  // Managed memory moves by itself.
  if (request_.managedMemory) return;
  const CudaApi& cuda = CudaApi::get();
  for (const Transfer& input : inputs_) {
    cuda.check(
        cuda.memcpyHtoDAsync(input.binding->device.address(), input.host.data(), input.binding->bytes, input_.get()),
        "copying the inputs");
  }
}

void TimedStream::copyOutputs() {
  if (request_.managedMemory) return;
  const CudaApi& cuda = CudaApi::get();
  for (const Transfer& output : outputs_) {
    cuda.check(cuda.memcpyDtoHAsync(output.host.data(), output.binding->device.address(), output.binding->bytes,
                                    output_.get()),
               "copying the outputs");
  }
}

void TimedStream::prepareGraph(std::vector<std::string>& notes) {
  const CudaApi& cuda = CudaApi::get();
  std::string problem;
  if (bindings_->isDataDependent()) {
    problem = "the data decide the shape of an output";
  } else {
    enqueue();
    cuda.check(cuda.streamSynchronize(compute_.get()), "running the engine");
    graph_ = captureGraph(*context_, compute_.get(), problem);
  }
  if (!graph_) notes.push_back("no CUDA graph can be captured (" + problem + "): timed without");
}

void TimedStream::enqueue() {
  const CudaApi& cuda = CudaApi::get();
  if (graph_) {
    cuda.check(cuda.graphLaunch(graph_.get(), compute_.get()), "launching the CUDA graph");
    return;
  }
  if (!context_->enqueueV3(compute_.get())) throw log_.failed(FailureKind::kExecution, "the library fails to run");
  if (!profiles_) return;
  profiler_.beginIteration();
  context_->reportToProfiler();
}

void TimedStream::waitFor(CudaEvent start) {
  const CudaApi& cuda = CudaApi::get();
  for (const Stream* stream : {&input_, &compute_, &output_}) {
    cuda.check(cuda.streamWaitEvent(stream->get(), start, 0), "cuStreamWaitEvent");
  }
}

void TimedStream::record(Slot& slot, Mark mark, const Stream& stream) {
  const CudaApi& cuda = CudaApi::get();
  cuda.check(cuda.eventRecord(slot.events[mark].get(), stream.get()), "cuEventRecord");
}

void TimedStream::query(const TimingStart& start) {
  const CudaApi& cuda = CudaApi::get();
  Slot& slot = slots_[next_];
  if (request_.transfers) {
    record(slot, kInputStart, input_);
    copyInputs();
    record(slot, kInputEnd, input_);
    cuda.check(cuda.streamWaitEvent(compute_.get(), slot.events[kInputEnd].get(), 0), "cuStreamWaitEvent");
  }
  record(slot, kComputeStart, compute_);
  slot.enqueueStart = hostMilliseconds(start.host);
  enqueue();
  slot.enqueueEnd = hostMilliseconds(start.host);
  record(slot, kComputeEnd, compute_);
  if (request_.transfers) {
    cuda.check(cuda.streamWaitEvent(output_.get(), slot.events[kComputeEnd].get(), 0), "cuStreamWaitEvent");
    record(slot, kOutputStart, output_);
    copyOutputs();
    record(slot, kOutputEnd, output_);
  }
  slot.active = true;
  next_ = slots_.size() - 1 - next_;
}

float TimedStream::sync(const TimingStart& start) {
  Slot& slot = slots_[next_];
  if (!slot.active) return 0;
  const CudaApi& cuda = CudaApi::get();
  const Mark last = request_.transfers ? kOutputEnd : kComputeEnd;
  cuda.check(cuda.eventSynchronize(slot.events[last].get()), "running the engine");
  QueryTimes times;
  times.stream = index_;
  times.enqueueStart = slot.enqueueStart;
  times.enqueueEnd = slot.enqueueEnd;
  times.computeStart = since(start.gpu, slot.events[kComputeStart]);
  times.computeEnd = since(start.gpu, slot.events[kComputeEnd]);
  times.h2dStart = request_.transfers ? since(start.gpu, slot.events[kInputStart]) : times.computeStart;
  times.h2dEnd = request_.transfers ? since(start.gpu, slot.events[kInputEnd]) : times.computeStart;
  times.d2hStart = request_.transfers ? since(start.gpu, slot.events[kOutputStart]) : times.computeEnd;
  times.d2hEnd = request_.transfers ? since(start.gpu, slot.events[kOutputEnd]) : times.computeEnd;
  queries_.push_back(times);
  slot.active = false;
  return times.computeStart;
}

void TimedStream::drain(const TimingStart& start) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    sync(start);
    next_ = slots_.size() - 1 - next_;
  }
}

float TimedStream::since(CudaEvent start, const Event& event) {
  const CudaApi& cuda = CudaApi::get();
  float milliseconds = 0;
  cuda.check(cuda.eventElapsedTime(&milliseconds, start, event.get()), "cuEventElapsedTime");
  return milliseconds;
}

std::vector<Fetched> TimedStream::fetchOutputs() {
  const CudaApi& cuda = CudaApi::get();
  bindings_->fetchShapes();
  std::vector<Fetched> fetched;
  for (const Binding& output : bindings_->outputs()) {
    HostBlock block = HostPool::instance().take(output.bytes);
    if (output.tensor->isShapeTensor) {
      std::memcpy(block.data(), output.host.data(), output.bytes);
    } else if (request_.managedMemory) {
      std::memcpy(block.data(), output.device.pointer(), output.bytes);
    } else if (output.bytes > 0) {
      cuda.check(cuda.memcpyDtoHAsync(block.data(), output.device.address(), output.bytes, output_.get()),
                 "copying the outputs");
    }
    fetched.push_back({output.tensor->name, output.tensor->dtype, output.dims, std::move(block), output.bytes});
  }
  cuda.check(cuda.streamSynchronize(output_.get()), "copying the outputs");
  return fetched;
}

}  // namespace calibrt::tensorrt
