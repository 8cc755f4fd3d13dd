#include <algorithm>
#include <utility>

#include "infer/context.h"

namespace calibrt::test {

struct Context::Job {
  std::shared_ptr<const Plan> plan;
  Shapes shapes;
  Values known;
  std::map<std::string, void*> addresses;

  [[nodiscard]] Values compute() const {
    Values inputs = known;
    for (const auto& [name, dims] : shapes) {
      if (inputs.contains(name)) continue;
      const ElementType type = plan->graph.tensor(name).type;
      inputs[name] = {type, dims, decode(type, addresses.at(name), static_cast<std::size_t>(volume(dims)))};
    }
    return calibrt::test::run(plan->graph, inputs);
  }

  void execute() const {
    pause("runMs");
    for (const auto& [name, value] : compute()) encode(value.type, value.data, addresses.at(name));
  }
};

Context::Context(Engine& engine, const Gpu& gpu) : engine_(engine), gpu_(gpu), log_(engine.log()) {}

std::unique_ptr<Context> Context::make(Engine& engine, ExecutionContextAllocationStrategy strategy) {
  std::string problem;
  const Gpu* gpu = findGpu(problem);
  if (gpu == nullptr) {
    engine.log().error(ErrorCode::kINTERNAL_ERROR, problem);
    return nullptr;
  }
  std::unique_ptr<Context> made(new Context(engine, *gpu));
  made->userMemory_ = strategy == ExecutionContextAllocationStrategy::kUSER_MANAGED;
  if (made->userMemory_) made->needed_ = engine.getDeviceMemorySizeV2();
  if (!made->userMemory_ && gpu->memAlloc(&made->scratch_, 4096 * (made->graph().nodes.size() + 1)) != 0) {
    engine.log().error(ErrorCode::kFAILED_ALLOCATION, "Requested amount of GPU memory could not be allocated.");
    return nullptr;
  }
  return made;
}

Context::~Context() {
  Entry("destroyContext");
  if (scratch_ != 0) gpu_.memFree(scratch_);
}

bool Context::checkInputs() const {
  void* current = nullptr;
  gpu_.ctxGetCurrent(&current);
  if (current == nullptr) {
    Entry("noContext");
    return refuse("this thread has no CUDA context");
  }
  if (userMemory_ && !hasMemory_) return refuse("the context has no device memory");
  const std::vector<std::string> open = openInputs();
  if (!open.empty()) return refuse("Not all shapes are specified: " + open.front());
  for (const auto* names : {&graph().inputs, &graph().outputs}) {
    for (const std::string& name : *names) {
      const auto address = addresses_.find(name);
      const bool allocated = allocators_.contains(name);
      if ((address == addresses_.end() || address->second == nullptr) && !allocated) {
        return refuse("Address is not set for tensor " + name + ".");
      }
      if (allocated || graph().isShapeInput(name)) continue;
      if (!isDeviceMemory(gpu_, address->second)) {
        Entry("hostMemory").with("tensor", name);
        return refuse("Address of tensor " + name + " is no memory of the device.");
      }
    }
  }
  return true;
}

std::unique_ptr<Context::Job> Context::makeJob() const {
  auto job = std::make_unique<Job>();
  job->plan = engine_.plan();
  job->shapes = inputShapes();
  job->known = shapeValues();
  job->addresses = addresses_;
  return job;
}

/// Outputs whose size only the values tell: TensorRT waits for them, asks the allocator, and tells it the shape.
bool Context::runNow(Job& job, cudaStream_t stream) {
  if (gpu_.streamSynchronize(stream) != 0) return refuse("the stream cannot be waited for");
  pause("runMs");
  for (auto& [name, value] : job.compute()) {
    const auto bytes = std::max<std::size_t>(value.data.size() * sizeOf(value.type), 1);
    void* memory = addresses_[name];
    if (const auto allocator = allocators_.find(name); allocator != allocators_.end()) {
      memory = allocator->second->reallocateOutputAsync(name.c_str(), memory, bytes, 256, stream);
      Entry("reallocateOutputAsync").with("tensor", name).with("bytes", bytes).with("ok", memory != nullptr);
      if (memory == nullptr) return refuse("no memory for output " + name);
      allocator->second->notifyShape(name.c_str(), toDims(value.dims));
    }
    if (!isDeviceMemory(gpu_, memory)) return refuse("Address of tensor " + name + " is no memory of the device.");
    encode(value.type, value.data, memory);
  }
  return true;
}

bool Context::enqueueV3(cudaStream_t stream) noexcept {
  Entry("enqueueV3").with("profile", profile_);
  if (fails("enqueueV3")) {
    log_.error(ErrorCode::kFAILED_EXECUTION, "an illegal memory access was encountered (told to fail)");
    return false;
  }
  if (!checkInputs()) return false;
  int capturing = 0;
  gpu_.streamIsCapturing(stream, &capturing);
  const bool profiled = profiler_ != nullptr && emits_;
  const bool dynamic = !allocators_.empty();
  if (capturing != 0 && (profiled || dynamic)) return refuse("this run cannot be captured");

  auto job = makeJob();
  if (dynamic) {
    if (!runNow(*job, stream)) return false;
  } else if (capturing != 0) {
    captured_.push_back(std::move(job));
    const auto run = [](void* data) { static_cast<Job*>(data)->execute(); };
    if (gpu_.launchHostFunc(stream, run, captured_.back().get()) != 0) return refuse("the run cannot be captured");
  } else {
    const auto run = [](void* data) { std::unique_ptr<Job>(static_cast<Job*>(data))->execute(); };
    if (gpu_.launchHostFunc(stream, run, job.get()) != 0) return refuse("the run cannot be launched");
    // The stream's thread has it now.
    [[maybe_unused]] const Job* launched = job.release();
  }
  if (consumed_ != nullptr) gpu_.eventRecord(consumed_, stream);
  ran_ = true;
  if (profiled) {
    gpu_.streamSynchronize(stream);
    reportToProfiler();
  }
  return true;
}

}  // namespace calibrt::test
