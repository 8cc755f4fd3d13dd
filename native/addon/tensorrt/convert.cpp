#include "addon/tensorrt/convert.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>

namespace calibrt {
namespace {

using tensorrt::FailureKind;
using tensorrt::ProgressEvent;
using tensorrt::Severity;

constexpr std::string_view kSeverities[] = {"fatal", "error", "warning", "info", "verbose"};
static_assert(std::size(kSeverities) == static_cast<std::size_t>(Severity::kVerbose) + 1);

constexpr std::string_view kFailureKinds[] = {"internal",  "bridge", "library", "version",     "noGpu",
                                              "model",     "parse",  "profile", "unsupported", "refused",
                                              "cancelled", "plan",   "input",   "execution",   "calibration"};
static_assert(std::size(kFailureKinds) == static_cast<std::size_t>(FailureKind::kCalibration) + 1);

constexpr std::string_view kProgressKinds[] = {"start", "step", "finish"};
static_assert(std::size(kProgressKinds) == static_cast<std::size_t>(ProgressEvent::Kind::kFinish) + 1);

template <std::size_t Size, typename Enum>
Napi::String name(Napi::Env env, const std::string_view (&names)[Size], Enum value) {
  return Napi::String::New(env, std::string(names[static_cast<std::size_t>(value)]));
}

Napi::Array toJs(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array array = Napi::Array::New(env, texts.size());
  for (std::uint32_t i = 0; i < texts.size(); ++i) array[i] = Napi::String::New(env, texts[i]);
  return array;
}

Napi::Array toJs(Napi::Env env, const std::vector<std::int64_t>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) array[i] = Napi::Number::New(env, static_cast<double>(values[i]));
  return array;
}

Napi::Array toJs(Napi::Env env, const std::vector<tensorrt::TensorInfo>& tensors) {
  Napi::Array array = Napi::Array::New(env, tensors.size());
  for (std::uint32_t i = 0; i < tensors.size(); ++i) {
    Napi::Object tensor = Napi::Object::New(env);
    tensor["name"] = Napi::String::New(env, tensors[i].name);
    tensor["dtype"] = Napi::String::New(env, tensors[i].dtype);
    tensor["shape"] = toJs(env, tensors[i].dims);
    array[i] = tensor;
  }
  return array;
}

/// Hands the bytes over without copying them.
Napi::Value moveToJs(Napi::Env env, std::vector<std::uint8_t> bytes) {
  auto owner = std::make_unique<std::vector<std::uint8_t>>(std::move(bytes));
  std::vector<std::uint8_t>* raw = owner.release();
  return Napi::Buffer<std::uint8_t>::NewOrCopy(
      env, raw->data(), raw->size(), [](Napi::Env, std::uint8_t*, std::vector<std::uint8_t>* held) { delete held; },
      raw);
}

Napi::Object toJs(Napi::Env env, tensorrt::BuildResult result) {
  Napi::Object object = Napi::Object::New(env);
  object["plan"] = moveToJs(env, std::move(result.plan));
  object["layers"] = Napi::Number::New(env, result.layers);
  object["inputs"] = toJs(env, result.inputs);
  object["outputs"] = toJs(env, result.outputs);
  if (result.weightBytes) object["weightBytes"] = Napi::Number::New(env, static_cast<double>(*result.weightBytes));
  object["warnings"] = toJs(env, result.warnings);
  object["timingCache"] = moveToJs(env, std::move(result.timingCache));
  object["parseMs"] = Napi::Number::New(env, result.parseMs);
  object["buildMs"] = Napi::Number::New(env, result.buildMs);
  return object;
}

Napi::Object toJs(Napi::Env env, const ProgressEvent& event) {
  Napi::Object object = Napi::Object::New(env);
  object["type"] = name(env, kProgressKinds, event.kind);
  object["phase"] = Napi::String::New(env, event.phase);
  object["parent"] = Napi::String::New(env, event.parent);
  object["count"] = Napi::Number::New(env, event.count);
  return object;
}

Napi::Object toJs(Napi::Env env, const BatchesWanted& event) {
  Napi::Object object = Napi::Object::New(env);
  object["type"] = Napi::String::New(env, "batches");
  Napi::Array inputs = Napi::Array::New(env, event.inputs.size());
  for (std::uint32_t i = 0; i < event.inputs.size(); ++i) {
    const tensorrt::CalibrationInput& each = event.inputs[i];
    Napi::Object input = Napi::Object::New(env);
    input["name"] = Napi::String::New(env, each.name);
    input["dtype"] = Napi::String::New(env, each.dtype);
    input["shape"] = toJs(env, each.dims);
    inputs[i] = input;
  }
  object["inputs"] = inputs;
  return object;
}

Napi::Object toJs(Napi::Env env, const BatchTaken& /*event*/) {
  Napi::Object object = Napi::Object::New(env);
  object["type"] = Napi::String::New(env, "taken");
  return object;
}

Napi::Object toJs(Napi::Env env, const CalibrationWritten& event) {
  const bool cache = event.file == tensorrt::CalibrationFile::kCache;
  Napi::Object object = Napi::Object::New(env);
  object["type"] = Napi::String::New(env, "calibrated");
  object["file"] = Napi::String::New(env, cache ? "cache" : "histogram");
  object["bytes"] = moveToJs(env, event.bytes);
  return object;
}

}  // namespace

Napi::Object toJs(Napi::Env env, const LogEvent& event) {
  Napi::Object object = Napi::Object::New(env);
  object["type"] = Napi::String::New(env, "log");
  object["severity"] = name(env, kSeverities, event.severity);
  object["message"] = Napi::String::New(env, event.message);
  return object;
}

std::optional<Severity> toSeverity(Napi::Value value) {
  if (value.IsUndefined()) return std::nullopt;
  const std::string text = value.As<Napi::String>().Utf8Value();
  const auto* const found = std::ranges::find(kSeverities, text);
  return static_cast<Severity>(std::distance(std::begin(kSeverities), found));
}

Napi::Array toJs(Napi::Env env, const std::vector<BuildEvent>& events) {
  Napi::Array array = Napi::Array::New(env, events.size());
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    const Napi::HandleScope scope(env);
    array[i] = std::visit([&](const auto& event) { return toJs(env, event); }, events[i]);
  }
  return array;
}

Napi::Object toJs(Napi::Env env, BuildOutcome outcome) {
  if (const auto* failure = std::get_if<tensorrt::Failure>(&outcome)) return failed(env, *failure);
  return success(env, toJs(env, std::get<tensorrt::BuildResult>(std::move(outcome))));
}

Napi::Object toJs(Napi::Env env, const tensorrt::Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  object["kind"] = name(env, kFailureKinds, failure.kind);
  object["message"] = Napi::String::New(env, failure.message);
  object["details"] = toJs(env, failure.details);
  return object;
}

Napi::Object toJs(Napi::Env env, const tensorrt::BridgeInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  object["flavour"] = Napi::String::New(env, info.flavour);
  object["headers"] = Napi::String::New(env, info.headers);
  object["targets"] = toJs(env, info.targets);
  object["flags"] = toJs(env, info.flags);
  object["stronglyTyped"] = Napi::Boolean::New(env, info.stronglyTyped);
  return object;
}

Napi::Object toJs(Napi::Env env, const tensorrt::LibraryInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  object["flavour"] = Napi::String::New(env, info.flavour);
  object["version"] = Napi::String::New(env, info.version);
  object["infer"] = Napi::String::New(env, info.paths.infer);
  object["parser"] = Napi::String::New(env, info.paths.parser);
  return object;
}

Napi::Object toJs(Napi::Env env, const tensorrt::CudaReport& report) {
  Napi::Object object = Napi::Object::New(env);
  object["driver"] = Napi::String::New(env, report.driver);
  object["problem"] = Napi::String::New(env, report.problem);
  Napi::Array devices = Napi::Array::New(env, report.devices.size());
  for (std::uint32_t i = 0; i < report.devices.size(); ++i) {
    Napi::Object device = Napi::Object::New(env);
    device["name"] = Napi::String::New(env, report.devices[i].name);
    device["target"] = Napi::String::New(env, report.devices[i].target);
    device["memoryBytes"] = Napi::Number::New(env, static_cast<double>(report.devices[i].memoryBytes));
    devices[i] = device;
  }
  object["devices"] = devices;
  return object;
}

Napi::Object success(Napi::Env env, Napi::Value value) {
  Napi::Object object = Napi::Object::New(env);
  object["ok"] = Napi::Boolean::New(env, true);
  object["value"] = value;
  return object;
}

Napi::Object failed(Napi::Env env, const tensorrt::Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  object["ok"] = Napi::Boolean::New(env, false);
  object["failure"] = toJs(env, failure);
  return object;
}

}  // namespace calibrt
