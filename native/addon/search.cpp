#include <functional>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/job.h"
#include "addon/statistics.h"
#include "core/parallel.h"
#include "core/ranges.h"
#include "core/thresholds.h"

namespace calibrt::js {
namespace {

constexpr std::int64_t kMostBins = std::int64_t{1} << 20;

std::size_t sizeArgument(Napi::Value value, std::string_view where, std::int64_t least, std::size_t greatest) {
  return static_cast<std::size_t>(integerArgument(value, where, least, static_cast<std::int64_t>(greatest)));
}

/// A method with its parameters.
struct Search {
  std::function<Threshold(const Histogram&)> threshold;
  std::function<Range(const Histogram&)> range;
};

/// The fields of the argument `search` of a function. Everything is read from JavaScript here, on its thread.
class SearchArgument {
 public:
  SearchArgument(Napi::Value value, const std::string& function)
      : where_(function + ": search"), search_(objectArgument(value, where_)) {}

  [[nodiscard]] Search read() const {
    const std::string method = stringArgument(search_.Get("method"), field("method"));
    if (method == "minmax") return {minmaxThreshold, minmaxRange};
    if (method == "mse") return mse();
    if (method == "entropy") return entropy();
    if (method == "kld") return kld();
    if (method == "percentile") return percentile();
    refuse(search_.Get("method"), field("method"), "'minmax', 'mse', 'entropy', 'kld' or 'percentile'");
  }

 private:
  [[nodiscard]] std::string field(const std::string& name) const { return where_ + "." + name; }

  [[nodiscard]] int bits(std::int64_t greatest = 16) const {
    return static_cast<int>(integerArgument(search_.Get("bits"), field("bits"), 2, greatest));
  }

  [[nodiscard]] Search mse() const {
    return {[bits = bits()](const Histogram& histogram) { return mseThreshold(histogram, bits); },
            [bits = bits()](const Histogram& histogram) { return mseRange(histogram, bits); }};
  }

  [[nodiscard]] Search entropy() const {
    EntropyOptions options;
    options.bits = bits();
    options.bins = sizeArgument(search_.Get("bins"), field("bins"), 2, kMostBins);
    options.start = sizeArgument(search_.Get("start"), field("start"), 1, options.bins);
    options.stride = sizeArgument(search_.Get("stride"), field("stride"), 1, options.bins);
    return {[options](const Histogram& histogram) { return entropyThreshold(histogram, options); },
            [options](const Histogram& histogram) { return entropyRange(histogram, options); }};
  }

  [[nodiscard]] Search kld() const {
    KldOptions options;
    options.bits = bits(12);
    const std::string variant = stringArgument(search_.Get("variant"), field("variant"));
    if (variant == "source") {
      options.variant = KldVariant::kSource;
    } else if (variant != "notes") {
      refuse(search_.Get("variant"), field("variant"), "'notes' or 'source'");
    }
    return {[options](const Histogram& histogram) { return kldThreshold(histogram, options); },
            [options](const Histogram& histogram) { return kldRange(histogram, options); }};
  }

  [[nodiscard]] Search percentile() const {
    const Napi::Value value = search_.Get("percentile");
    const double percentile = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
    if (!(percentile > 0 && percentile <= 100)) refuse(value, field("percentile"), "a number above 0 and up to 100");
    return {[percentile](const Histogram& histogram) { return percentileThreshold(histogram, percentile); },
            [percentile](const Histogram& histogram) { return percentileRange(histogram, percentile); }};
  }

  std::string where_;
  Napi::Object search_;
};

Napi::Object toJs(Napi::Env env, const Threshold& threshold) {
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("threshold", threshold.threshold);
  entry.Set("loss", threshold.loss);
  return entry;
}

Napi::Object toJs(Napi::Env env, const Range& range) {
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("min", range.min);
  entry.Set("max", range.max);
  entry.Set("loss", range.loss);
  return entry;
}

/// Calls `search` for every histogram of info[0] on up to info[2] threads, off the JavaScript thread.
template <typename Found>
Napi::Value searchAll(const Napi::CallbackInfo& info, const std::string& function,
                      const std::function<Found(const Histogram&)> Search::* search) {
  std::vector<std::shared_ptr<const Histogram>> histograms;
  for (const Statistics* each : Statistics::fromArray(info[0], function + ": statistics")) {
    histograms.push_back(each->snapshot());
  }
  auto find = SearchArgument(info[1], function).read().*search;
  const std::size_t threads = sizeArgument(info[2], function + ": threads", 1, kMostThreads);
  const auto work = [histograms = std::move(histograms), find = std::move(find), threads] {
    std::vector<Found> found(histograms.size());
    parallelFor(histograms.size(), threads, [&](std::size_t i) { found[i] = find(*histograms[i]); });
    return found;
  };
  const auto convert = [](Napi::Env env, const std::vector<Found>& found) -> Napi::Value {
    Napi::Array result = Napi::Array::New(env, found.size());
    for (std::uint32_t i = 0; i < found.size(); ++i) result.Set(i, toJs(env, found[i]));
    return result;
  };
  return Job<std::vector<Found>>::start(info.Env(), work, convert);
}

}  // namespace

Napi::Value searchThresholds(const Napi::CallbackInfo& info) {
  return searchAll(info, "searchThresholds", &Search::threshold);
}

Napi::Value searchAsymmetricRanges(const Napi::CallbackInfo& info) {
  return searchAll(info, "searchAsymmetricRanges", &Search::range);
}

}  // namespace calibrt::js
