#include <algorithm>
#include <cmath>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/job.h"
#include "addon/statistics.h"
#include "core/entropy.h"
#include "core/parallel.h"
#include "core/thresholds.h"

namespace calibrt::js {
namespace {

constexpr std::int64_t kMostBins = std::int64_t{1} << 20;

using Search = std::function<Threshold(const Histogram&)>;

int bitsArgument(Napi::Value value, std::string_view where) {
  return static_cast<int>(integerArgument(value, where, 2, 16));
}

std::size_t sizeArgument(Napi::Value value, std::string_view where, std::int64_t least, std::size_t greatest) {
  return static_cast<std::size_t>(integerArgument(value, where, least, static_cast<std::int64_t>(greatest)));
}

Search entropySearch(const Napi::Object& search) {
  EntropyOptions options;
  options.bits = bitsArgument(search.Get("bits"), "searchThresholds: search.bits");
  options.bins = sizeArgument(search.Get("bins"), "searchThresholds: search.bins", 2, kMostBins);
  options.start = sizeArgument(search.Get("start"), "searchThresholds: search.start", 1, options.bins);
  options.stride = sizeArgument(search.Get("stride"), "searchThresholds: search.stride", 1, options.bins);
  return [options](const Histogram& histogram) { return entropyThreshold(histogram, options); };
}

Search percentileSearch(const Napi::Object& search) {
  const Napi::Value value = search.Get("percentile");
  const double percentile = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
  if (!(percentile > 0 && percentile <= 100)) {
    refuse(value, "searchThresholds: search.percentile", "a number above 0 and up to 100");
  }
  return [percentile](const Histogram& histogram) { return percentileThreshold(histogram, percentile); };
}

// Everything is read from JavaScript here, on its thread.
Search searchArgument(Napi::Value value) {
  const Napi::Object search = objectArgument(value, "searchThresholds: search");
  const Napi::Value name = search.Get("method");
  const std::string method = stringArgument(name, "searchThresholds: search.method");
  if (method == "minmax") return minmaxThreshold;
  if (method == "mse") {
    const int bits = bitsArgument(search.Get("bits"), "searchThresholds: search.bits");
    return [bits](const Histogram& histogram) { return mseThreshold(histogram, bits); };
  }
  if (method == "entropy") return entropySearch(search);
  if (method == "percentile") return percentileSearch(search);
  refuse(name, "searchThresholds: search.method", "'minmax', 'mse', 'entropy' or 'percentile'");
}

Napi::Value toJs(Napi::Env env, const std::vector<Threshold>& thresholds) {
  Napi::Array result = Napi::Array::New(env, thresholds.size());
  for (std::uint32_t i = 0; i < thresholds.size(); ++i) {
    const Napi::Object entry = Napi::Object::New(env);
    entry.Set("threshold", thresholds[i].threshold);
    entry.Set("loss", thresholds[i].loss);
    result.Set(i, entry);
  }
  return result;
}

}  // namespace

Napi::Value searchThresholds(const Napi::CallbackInfo& info) {
  std::vector<std::shared_ptr<const Histogram>> histograms;
  for (const Statistics* each : Statistics::fromArray(info[0], "searchThresholds: statistics")) {
    histograms.push_back(each->snapshot());
  }
  Search search = searchArgument(info[1]);
  const std::size_t threads = sizeArgument(info[2], "searchThresholds: threads", 1, kMostThreads);
  const auto work = [histograms = std::move(histograms), search = std::move(search), threads] {
    std::vector<Threshold> thresholds(histograms.size());
    parallelFor(histograms.size(), threads, [&](std::size_t i) { thresholds[i] = search(*histograms[i]); });
    return thresholds;
  };
  return Job<std::vector<Threshold>>::start(info.Env(), work, toJs);
}

Napi::Value searchEntropy(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  constexpr std::string_view kCounts = "searchEntropy: counts";
  const auto counts = typedArrayArgument<double>(info[0], kCounts);
  const std::size_t bins = counts.span().size();
  if (bins < 2 ||
      !std::ranges::all_of(counts.span(), [](double count) { return std::isfinite(count) && count >= 0; })) {
    refuse(env, kCounts, "expected at least two finite counts, none of them negative");
  }
  const int bits = bitsArgument(info[1], "searchEntropy: bits");
  const std::size_t start = sizeArgument(info[2], "searchEntropy: start", 1, bins);
  const std::size_t stride = sizeArgument(info[3], "searchEntropy: stride", 1, bins);
  try {
    const EntropySearch search = calibrt::searchEntropy(counts.span(), bits, start, stride);
    auto divergences = Napi::Float64Array::New(env, search.divergences.size());
    std::ranges::copy(search.divergences, divergences.Data());
    Napi::Object result = Napi::Object::New(env);
    result.Set("index", static_cast<double>(search.index));
    result.Set("divergence", search.divergence);
    result.Set("divergences", divergences);
    return result;
  } catch (const std::invalid_argument& error) {
    refuse(env, kCounts, error.what());
  }
}

}  // namespace calibrt::js
