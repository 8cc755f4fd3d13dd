#include "addon/statistics.h"

#include <algorithm>
#include <stdexcept>

#include "addon/addon_data.h"
#include "addon/arguments.h"
#include "core/histogram_codec.h"
#include "core/rebin.h"

namespace calibrt {
namespace {

// Marks real instances: `instanceof` is also true of Object.create(Statistics.prototype), which holds no histogram.
constexpr napi_type_tag kStatisticsTag{0x9a4f3c0b71e84d26, 0xb8d1256ef0a7439c};

constexpr std::int64_t kMostBins = std::int64_t{1} << 20;

}  // namespace

Napi::Function Statistics::define(Napi::Env env) {
  return DefineClass(env, "Statistics",
                     {
                         StaticMethod<&Statistics::deserialize>("deserialize"),
                         InstanceMethod<&Statistics::accumulate>("accumulate"),
                         InstanceMethod<&Statistics::merge>("merge"),
                         InstanceMethod<&Statistics::serialize>("serialize"),
                         InstanceMethod<&Statistics::summary>("summary"),
                         InstanceMethod<&Statistics::counts>("counts"),
                         InstanceMethod<&Statistics::rebin>("rebin"),
                     });
}

Statistics& Statistics::from(Napi::Value value, std::string_view where) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kStatisticsTag)) {
    refuse(value, where, "a Statistics object");
  }
  return *Unwrap(value.As<Napi::Object>());
}

std::vector<Statistics*> Statistics::fromArray(Napi::Value value, std::string_view where) {
  const Napi::Array array = arrayArgument(value, where);
  std::vector<Statistics*> result;
  result.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    result.push_back(&from(array.Get(i), std::string(where) + "[" + std::to_string(i) + "]"));
  }
  return result;
}

Statistics::Statistics(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  info.This().As<Napi::Object>().TypeTag(&kStatisticsTag);
}

Statistics::~Statistics() {
  if (reportedMemory_ != 0) Napi::MemoryManagement::AdjustExternalMemory(Env(), -reportedMemory_);
}

Histogram& Statistics::forWriting() {
  if (histogram_.use_count() > 1) histogram_ = std::make_shared<Histogram>(*histogram_);
  return *histogram_;
}

void Statistics::reportMemory() {
  const auto memory = static_cast<std::int64_t>(histogram_->memory());
  if (memory == reportedMemory_) return;
  Napi::MemoryManagement::AdjustExternalMemory(Env(), memory - reportedMemory_);
  reportedMemory_ = memory;
}

Napi::Value Statistics::deserialize(const Napi::CallbackInfo& info) {
  constexpr std::string_view kWhere = "Statistics.deserialize: bytes";
  const auto bytes = typedArrayArgument<std::uint8_t>(info[0], kWhere);
  Histogram histogram;
  try {
    histogram = HistogramCodec::decode(bytes.span());
  } catch (const std::invalid_argument& error) {
    refuse(info.Env(), kWhere, std::string("expected serialized statistics: ") + error.what());
  }
  const Napi::Object object = info.Env().GetInstanceData<AddonData>()->statistics.New({});
  Statistics& statistics = *Unwrap(object);
  *statistics.histogram_ = std::move(histogram);
  statistics.reportMemory();
  return object;
}

void Statistics::accumulate(const Napi::CallbackInfo& info) {
  const auto data = typedArrayArgument<float>(info[0], "accumulate: data");
  forWriting().accumulate(data.span());
  reportMemory();
}

void Statistics::merge(const Napi::CallbackInfo& info) {
  const std::shared_ptr<const Histogram> other = from(info[0], "merge: other").snapshot();
  try {
    forWriting().merge(*other);
  } catch (const std::overflow_error& error) {
    throw Napi::Error::New(info.Env(), std::string("merge: ") + error.what());
  }
  reportMemory();
}

Napi::Value Statistics::serialize(const Napi::CallbackInfo& info) {
  const std::vector<std::uint8_t> bytes = HistogramCodec::encode(*histogram_);
  auto result = Napi::Uint8Array::New(info.Env(), bytes.size());
  std::ranges::copy(bytes, result.Data());
  return result;
}

Napi::Value Statistics::summary(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Histogram& histogram = *histogram_;
  Napi::Object result = Napi::Object::New(env);
  result.Set("count", Napi::BigInt::New(env, histogram.count()));
  result.Set("zeros", Napi::BigInt::New(env, histogram.zeros()));
  result.Set("nans", Napi::BigInt::New(env, histogram.nans()));
  result.Set("infinities", Napi::BigInt::New(env, histogram.infinities()));
  result.Set("min", histogram.min());
  result.Set("max", histogram.max());
  result.Set("amax", histogram.amax());
  result.Set("binWidth", histogram.binWidth());
  result.Set("bins", static_cast<double>(Histogram::kBins));
  return result;
}

Napi::Value Statistics::counts(const Napi::CallbackInfo& info) {
  const std::string sign = stringArgument(info[0], "counts: sign");
  const bool positive = sign == "both" || sign == "positive";
  const bool negative = sign == "both" || sign == "negative";
  if (!positive && !negative) refuse(info[0], "counts: sign", "'both', 'positive' or 'negative'");
  auto result = Napi::BigInt64Array::New(info.Env(), Histogram::kBins);
  const std::span counts(result.Data(), Histogram::kBins);
  const auto add = [&counts](std::span<const std::int64_t> bins) {
    for (std::size_t i = 0; i < bins.size(); ++i) counts[i] += bins[i];
  };
  if (positive) add(histogram_->positive());
  if (negative) add(histogram_->negative());
  return result;
}

Napi::Value Statistics::rebin(const Napi::CallbackInfo& info) {
  const auto bins = static_cast<std::size_t>(integerArgument(info[0], "rebin: bins", 1, kMostBins));
  const std::vector<double> counts = calibrt::rebin(*histogram_, bins);
  auto result = Napi::Float64Array::New(info.Env(), counts.size());
  std::ranges::copy(counts, result.Data());
  return result;
}

}  // namespace calibrt
