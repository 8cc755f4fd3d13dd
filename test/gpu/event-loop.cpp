// The least that times an engine: no more than a page of what anybody would write, to hold calibrt's figures against.
// It shares no code with calibrt. event-loop LIBRARY PLAN INPUT:DIMS DURATION_MS WARM_UP_MS prints the times of every
// query as JSON.
#include <NvInfer.h>
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

class Quiet : public nvinfer1::ILogger {
  void log(Severity severity, char const* text) noexcept override {
    if (severity <= Severity::kERROR) std::fprintf(stderr, "%s\n", text);
  }
};

[[noreturn]] void fail(std::string const& what) {
  std::fprintf(stderr, "event-loop: %s\n", what.c_str());
  std::exit(1);
}

void* open(char const* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail(dlerror());
  return library;
}

using Address = unsigned long long;

/// A driver's function, checked: `call<...>("cuInit", 0u)`.
template <typename... Arguments>
void call(char const* name, Arguments... arguments) {
  static void* const driver = open("libcuda.so.1");
  auto const function = reinterpret_cast<int (*)(Arguments...)>(dlsym(driver, name));
  if (function == nullptr) fail(std::string("the driver has no ") + name);
  if (int const result = function(arguments...); result != 0)
    fail(std::string(name) + " gives " + std::to_string(result));
}

struct Buffer {
  std::string name;
  bool input = false;
  std::size_t bytes = 0;
  void* host = nullptr;
  Address device = 0;
};

struct Slot {
  cudaEvent_t marks[6] = {};
  bool active = false;
};

std::vector<float> h2d, compute, d2h;
float firstStart = -1, lastEnd = 0;

void print(char const* name, std::vector<float> const& values) {
  std::printf("\"%s\":[", name);
  for (std::size_t i = 0; i < values.size(); ++i)
    std::printf("%s%.7g", i == 0 ? "" : ",", static_cast<double>(values[i]));
  std::printf("],");
}

std::size_t bytesOf(nvinfer1::DataType type, nvinfer1::Dims const& dims) {
  std::size_t count = 1;
  for (int i = 0; i < dims.nbDims; ++i) count *= static_cast<std::size_t>(dims.d[i]);
  switch (type) {
    case nvinfer1::DataType::kFLOAT:
    case nvinfer1::DataType::kINT32:
      return count * 4;
    case nvinfer1::DataType::kINT64:
      return count * 8;
    case nvinfer1::DataType::kHALF:
    case nvinfer1::DataType::kBF16:
      return count * 2;
    default:
      return count;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) fail("expected LIBRARY PLAN INPUT:DIMS DURATION_MS WARM_UP_MS");
  float const durationMs = std::strtof(argv[4], nullptr);
  float const warmUpMs = std::strtof(argv[5], nullptr);
  call("cuInit", 0u);
  int device = 0;
  call("cuDeviceGet", &device, 0);
  void* context = nullptr;
  call("cuDevicePrimaryCtxRetain", &context, device);
  call("cuCtxSetCurrent", context);

  Quiet logger;
  auto const create = reinterpret_cast<void* (*)(void*, int)>(dlsym(open(argv[1]), "createInferRuntime_INTERNAL"));
  auto const version = reinterpret_cast<int (*)()>(dlsym(open(argv[1]), "getInferLibVersion"));
  if (create == nullptr || version == nullptr) fail("no TensorRT library");
  int const stated = version() < NV_TENSORRT_VERSION ? version() : static_cast<int>(NV_TENSORRT_VERSION);
  std::unique_ptr<nvinfer1::IRuntime> runtime(
      static_cast<nvinfer1::IRuntime*>(create(static_cast<nvinfer1::ILogger*>(&logger), stated)));
  std::ifstream file(argv[2], std::ios::binary);
  std::vector<char> const plan{std::istreambuf_iterator<char>(file), {}};
  std::unique_ptr<nvinfer1::ICudaEngine> engine(runtime->deserializeCudaEngine(plan.data(), plan.size()));
  if (!engine) fail("no engine");
  std::unique_ptr<nvinfer1::IExecutionContext> execution(engine->createExecutionContext());
  if (!execution) fail("no execution context");

  char* const colon = std::strrchr(argv[3], ':');
  if (colon == nullptr) fail("expected INPUT:DIMS");
  *colon = 0;
  nvinfer1::Dims dims{};
  for (char* rest = colon + 1; *rest != 0; rest += *rest == 'x') dims.d[dims.nbDims++] = std::strtol(rest, &rest, 10);
  if (!execution->setInputShape(argv[3], dims)) fail("the input's shape is refused");

  std::vector<Buffer> buffers;
  for (int i = 0; i < engine->getNbIOTensors(); ++i) {
    Buffer buffer;
    buffer.name = engine->getIOTensorName(i);
    char const* name = buffer.name.c_str();
    buffer.input = engine->getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT;
    buffer.bytes = bytesOf(engine->getTensorDataType(name), execution->getTensorShape(name));
    call("cuMemHostAlloc", &buffer.host, buffer.bytes, 0u);
    std::memset(buffer.host, 0, buffer.bytes);
    call("cuMemAlloc_v2", &buffer.device, buffer.bytes);
    void* address = nullptr;
    std::memcpy(&address, &buffer.device, sizeof address);
    if (!execution->setTensorAddress(name, address)) fail("an address is refused");
    buffers.push_back(buffer);
  }

  cudaStream_t input = nullptr, work = nullptr, output = nullptr;
  for (cudaStream_t* stream : {&input, &work, &output}) call("cuStreamCreate", stream, 0u);
  cudaEvent_t start = nullptr;
  call("cuEventCreate", &start, 1u);
  Slot slots[2];
  for (Slot& slot : slots) {
    for (cudaEvent_t& mark : slot.marks) call("cuEventCreate", &mark, 1u);
  }
  call("cuEventRecord", start, work);
  call("cuStreamWaitEvent", input, start, 0u);
  call("cuStreamWaitEvent", output, start, 0u);

  auto const elapsed = [&](cudaEvent_t from, cudaEvent_t to) {
    float milliseconds = 0;
    call("cuEventElapsedTime", &milliseconds, from, to);
    return milliseconds;
  };
  auto const query = [&](Slot& slot) {
    call("cuEventRecord", slot.marks[0], input);
    for (Buffer const& each : buffers) {
      if (each.input) call("cuMemcpyHtoDAsync_v2", each.device, static_cast<void const*>(each.host), each.bytes, input);
    }
    call("cuEventRecord", slot.marks[1], input);
    call("cuStreamWaitEvent", work, slot.marks[1], 0u);
    call("cuEventRecord", slot.marks[2], work);
    if (!execution->enqueueV3(work)) fail("the engine does not run");
    call("cuEventRecord", slot.marks[3], work);
    call("cuStreamWaitEvent", output, slot.marks[3], 0u);
    call("cuEventRecord", slot.marks[4], output);
    for (Buffer const& each : buffers) {
      if (!each.input) call("cuMemcpyDtoHAsync_v2", each.host, each.device, each.bytes, output);
    }
    call("cuEventRecord", slot.marks[5], output);
    slot.active = true;
  };
  auto const finish = [&](Slot& slot) {
    if (!slot.active) return 0.0F;
    call("cuEventSynchronize", slot.marks[5]);
    slot.active = false;
    float const began = elapsed(start, slot.marks[2]);
    if (began >= warmUpMs) {
      h2d.push_back(elapsed(slot.marks[0], slot.marks[1]));
      compute.push_back(elapsed(slot.marks[2], slot.marks[3]));
      d2h.push_back(elapsed(slot.marks[4], slot.marks[5]));
      if (firstStart < 0) firstStart = elapsed(start, slot.marks[0]);
      lastEnd = elapsed(start, slot.marks[5]);
    }
    return began;
  };

  int next = 0;
  for (float now = 0; now < warmUpMs + durationMs || compute.size() < 10;) {
    query(slots[next]);
    next = 1 - next;
    float const began = finish(slots[next]);
    now = began > now ? began : now;
  }
  finish(slots[next]);
  next = 1 - next;
  finish(slots[next]);

  std::printf("{");
  print("h2d", h2d);
  print("compute", compute);
  print("d2h", d2h);
  std::printf("\"walltimeMs\":%.7g}\n", static_cast<double>(lastEnd - firstStart));
  execution.reset();
  for (Buffer const& each : buffers) {
    call("cuMemFree_v2", each.device);
    call("cuMemFreeHost", each.host);
  }
  return 0;
}
