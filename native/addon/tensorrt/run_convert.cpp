#include "addon/tensorrt/run_convert.h"

#include <cstring>
#include <memory>
#include <string_view>

namespace calibrt {
namespace {

using tensorrt::AllocationStrategy;
using tensorrt::HostBlock;

/// Smaller outputs are copied: JavaScript can then transfer them, and the pinned memory is free at once.
constexpr std::size_t kCopiedBytes = std::size_t{64} * 1024;

std::string text(Napi::Object object, const char* name) { return object.Get(name).As<Napi::String>().Utf8Value(); }
bool flag(Napi::Object object, const char* name) { return object.Get(name).As<Napi::Boolean>().Value(); }
double number(Napi::Object object, const char* name) { return object.Get(name).As<Napi::Number>().DoubleValue(); }
std::int32_t integer(Napi::Object object, const char* name) { return object.Get(name).As<Napi::Number>().Int32Value(); }

std::vector<std::int64_t> toDims(Napi::Value value) {
  const auto array = value.As<Napi::Array>();
  std::vector<std::int64_t> dims;
  dims.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) dims.push_back(array.Get(i).As<Napi::Number>().Int64Value());
  return dims;
}

Napi::Array numbersToJs(Napi::Env env, const std::vector<std::int64_t>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) array[i] = Napi::Number::New(env, static_cast<double>(values[i]));
  return array;
}

Napi::Number bytesToJs(Napi::Env env, std::int64_t bytes) { return Napi::Number::New(env, static_cast<double>(bytes)); }

std::optional<tensorrt::LoadRequest::Budget> toBudget(Napi::Value value) {
  using Budget = tensorrt::LoadRequest::Budget;
  if (value.IsUndefined()) return std::nullopt;
  const auto budget = value.As<Napi::Object>();
  const std::string kind = text(budget, "kind");
  if (kind == "automatic") return Budget{Budget::Kind::kAutomatic, 0};
  return Budget{kind == "percent" ? Budget::Kind::kPercent : Budget::Kind::kBytes, number(budget, "value")};
}

AllocationStrategy toStrategy(std::string_view name) {
  if (name == "profile") return AllocationStrategy::kProfile;
  return name == "runtime" ? AllocationStrategy::kRuntime : AllocationStrategy::kStatic;
}

Napi::Object toJs(Napi::Env env, const tensorrt::ShapeRange& range) {
  Napi::Object object = Napi::Object::New(env);
  object["min"] = numbersToJs(env, range.min);
  object["opt"] = numbersToJs(env, range.opt);
  object["max"] = numbersToJs(env, range.max);
  return object;
}

Napi::Object toJs(Napi::Env env, const tensorrt::EngineTensor& tensor) {
  Napi::Object object = Napi::Object::New(env);
  object["name"] = Napi::String::New(env, tensor.name);
  object["mode"] = Napi::String::New(env, tensor.isInput ? "input" : "output");
  object["dtype"] = Napi::String::New(env, tensor.dtype);
  object["shape"] = numbersToJs(env, tensor.dims);
  object["shapeTensor"] = Napi::Boolean::New(env, tensor.isShapeTensor);
  object["format"] = Napi::String::New(env, tensor.format);
  Napi::Array profiles = Napi::Array::New(env, tensor.profiles.size());
  for (std::uint32_t i = 0; i < tensor.profiles.size(); ++i) profiles[i] = toJs(env, tensor.profiles[i]);
  object["profiles"] = profiles;
  return object;
}

/// Hands over memory with whatever owns it. Where the runtime allows no foreign memory, a copy.
template <typename Owner>
Napi::ArrayBuffer handOver(Napi::Env env, void* data, std::size_t bytes, std::unique_ptr<Owner> owner) {
  napi_value buffer = nullptr;
  const auto finalize = [](napi_env, void*, void* held) { delete static_cast<Owner*>(held); };
  if (napi_create_external_arraybuffer(env, data, bytes, finalize, owner.get(), &buffer) == napi_ok) {
    static_cast<void>(owner.release());
    return {env, buffer};
  }
  Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, bytes);
  std::memcpy(copy.Data(), data, bytes);
  return copy;
}

Napi::ArrayBuffer toJs(Napi::Env env, HostBlock& block, std::size_t bytes) {
  if (bytes > kCopiedBytes) {
    void* data = block.data();
    return handOver(env, data, bytes, std::make_unique<HostBlock>(std::move(block)));
  }
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, bytes);
  if (bytes > 0) std::memcpy(buffer.Data(), block.data(), bytes);
  return buffer;
}

Napi::Float32Array floatsToJs(Napi::Env env, const std::vector<float>& values) {
  Napi::Float32Array array = Napi::Float32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(float));
  return array;
}

}  // namespace

tensorrt::LoadRequest toLoadRequest(Napi::Object options) {
  tensorrt::LoadRequest request;
  if (options.Has("planPath")) {
    request.planPath = text(options, "planPath");
  } else {
    const auto plan = options.Get("plan").As<Napi::Uint8Array>();
    request.plan.assign(plan.Data(), plan.Data() + plan.ByteLength());
  }
  request.device = integer(options, "device");
  request.allowHostCode = flag(options, "allowHostCode");
  request.weightBudget = toBudget(options.Get("weightBudget"));
  return request;
}

tensorrt::ContextRequest toContextRequest(Napi::Object options) {
  return {integer(options, "profile"), flag(options, "cudaGraph"), flag(options, "spinWait"),
          flag(options, "profileLayers")};
}

std::vector<tensorrt::Feed> toFeeds(Napi::Value tensors, tensorrt::HostPool& pool) {
  const auto array = tensors.As<Napi::Array>();
  std::vector<tensorrt::Feed> feeds;
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const auto tensor = array.Get(i).As<Napi::Object>();
    // Bytes of any typed array, of shared memory too: only ArrayBuffers of their own are asked about elsewhere.
    const auto data = tensor.Get("data").As<Napi::Uint8Array>();
    tensorrt::Feed& feed = feeds.emplace_back();
    feed.name = text(tensor, "name");
    feed.dims = toDims(tensor.Get("shape"));
    feed.bytes = data.ByteLength();
    feed.data = pool.takeReady(feed.bytes);
    if (feed.bytes > 0) std::memcpy(feed.data.data(), data.Data(), feed.bytes);
  }
  return feeds;
}

tensorrt::TimingRequest toTimingRequest(Napi::Object options, tensorrt::HostPool& pool) {
  tensorrt::TimingRequest request;
  const auto shapes = options.Get("shapes").As<Napi::Array>();
  for (std::uint32_t i = 0; i < shapes.Length(); ++i) {
    const auto shape = shapes.Get(i).As<Napi::Object>();
    request.shapes.push_back({text(shape, "input"), toDims(shape.Get("dims"))});
  }
  request.inputs = toFeeds(options.Get("inputs"), pool);
  request.profile = integer(options, "profile");
  request.iterations = options.Get("iterations").As<Napi::Number>().Int64Value();
  request.warmUpMs = static_cast<float>(number(options, "warmUpMs"));
  request.durationMs = static_cast<float>(number(options, "durationMs"));
  request.sleepMs = static_cast<float>(number(options, "sleepMs"));
  request.idleMs = static_cast<float>(number(options, "idleMs"));
  request.streams = integer(options, "streams");
  request.threads = flag(options, "threads");
  request.cudaGraph = flag(options, "cudaGraph");
  request.spinWait = flag(options, "spinWait");
  request.transfers = flag(options, "transfers");
  request.exposeDma = flag(options, "exposeDma");
  request.managedMemory = flag(options, "managedMemory");
  request.persistentCacheRatio = static_cast<float>(number(options, "persistentCacheRatio"));
  request.allocation = toStrategy(text(options, "allocationStrategy"));
  request.profileLayers = flag(options, "profileLayers");
  request.fetchOutputs = flag(options, "fetchOutputs");
  return request;
}

Napi::Object toJs(Napi::Env env, const tensorrt::EngineInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  object["name"] = Napi::String::New(env, info.name);
  object["layers"] = Napi::Number::New(env, info.layers);
  Napi::Array tensors = Napi::Array::New(env, info.tensors.size());
  for (std::uint32_t i = 0; i < info.tensors.size(); ++i) tensors[i] = toJs(env, info.tensors[i]);
  object["tensors"] = tensors;
  object["profiles"] = Napi::Number::New(env, info.profiles);
  object["contextMemoryBytes"] = bytesToJs(env, info.contextMemoryBytes);
  object["auxiliaryStreams"] = Napi::Number::New(env, info.auxiliaryStreams);
  object["refittable"] = Napi::Boolean::New(env, info.refittable);
  object["profilingVerbosity"] = Napi::String::New(env, info.profilingVerbosity);
  if (info.weightStreaming) {
    Napi::Object streaming = Napi::Object::New(env);
    streaming["streamableBytes"] = bytesToJs(env, info.weightStreaming->streamableBytes);
    streaming["budgetBytes"] = bytesToJs(env, info.weightStreaming->budgetBytes);
    streaming["automaticBudgetBytes"] = bytesToJs(env, info.weightStreaming->automaticBudgetBytes);
    streaming["scratchBytes"] = bytesToJs(env, info.weightStreaming->scratchBytes);
    object["weightStreaming"] = streaming;
  }
  return object;
}

Napi::Array toJs(Napi::Env env, std::vector<tensorrt::Fetched>& outputs) {
  Napi::Array array = Napi::Array::New(env, outputs.size());
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    Napi::Object output = Napi::Object::New(env);
    output["name"] = Napi::String::New(env, outputs[i].name);
    output["dtype"] = Napi::String::New(env, outputs[i].dtype);
    output["shape"] = numbersToJs(env, outputs[i].dims);
    output["data"] = toJs(env, outputs[i].data, outputs[i].bytes);
    array[i] = output;
  }
  return array;
}

Napi::Array toJs(Napi::Env env, const std::vector<tensorrt::LayerSamples>& layers) {
  Napi::Array array = Napi::Array::New(env, layers.size());
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    const Napi::HandleScope scope(env);
    Napi::Object layer = Napi::Object::New(env);
    layer["name"] = Napi::String::New(env, layers[i].name);
    layer["milliseconds"] = floatsToJs(env, layers[i].milliseconds);
    array[i] = layer;
  }
  return array;
}

Napi::Array textsToJs(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array array = Napi::Array::New(env, texts.size());
  for (std::uint32_t i = 0; i < texts.size(); ++i) array[i] = Napi::String::New(env, texts[i]);
  return array;
}

Napi::Object toJs(Napi::Env env, tensorrt::TimingResult& result) {
  using tensorrt::QueryTimes;
  Napi::Object trace = Napi::Object::New(env);
  const std::size_t count = result.queries.size();
  Napi::Uint32Array streams = Napi::Uint32Array::New(env, count);
  for (std::size_t i = 0; i < count; ++i) streams[i] = result.queries[i].stream;
  trace["stream"] = streams;
  constexpr std::pair<const char*, float QueryTimes::*> kColumns[] = {
      {"enqueueStart", &QueryTimes::enqueueStart}, {"enqueueEnd", &QueryTimes::enqueueEnd},
      {"h2dStart", &QueryTimes::h2dStart},         {"h2dEnd", &QueryTimes::h2dEnd},
      {"computeStart", &QueryTimes::computeStart}, {"computeEnd", &QueryTimes::computeEnd},
      {"d2hStart", &QueryTimes::d2hStart},         {"d2hEnd", &QueryTimes::d2hEnd},
  };
  for (const auto& [name, member] : kColumns) {
    Napi::Float32Array column = Napi::Float32Array::New(env, count);
    float* values = column.Data();
    for (std::size_t i = 0; i < count; ++i) values[i] = result.queries[i].*member;
    trace[name] = column;
  }
  trace["walltimeMs"] = Napi::Number::New(env, result.walltimeMs);
  trace["warmUpQueries"] = Napi::Number::New(env, static_cast<double>(result.warmUpQueries));
  Napi::Object object = Napi::Object::New(env);
  object["trace"] = trace;
  object["layers"] = toJs(env, result.layers);
  object["outputs"] = toJs(env, result.outputs);
  object["notes"] = textsToJs(env, result.notes);
  return object;
}

}  // namespace calibrt
