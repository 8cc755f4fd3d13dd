#include "core/divergence.h"

#include <algorithm>
#include <cmath>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "core/entropy.h"
#include "core/kld.h"

namespace calibrt::js {
namespace {

std::size_t binsArgument(Napi::Value value, std::string_view where, std::size_t greatest) {
  return static_cast<std::size_t>(integerArgument(value, where, 1, static_cast<std::int64_t>(greatest)));
}

/// The levels of one sign of integers of this width.
std::size_t levelsArgument(Napi::Value value, std::string_view where) {
  return std::size_t{1} << (integerArgument(value, where, 2, 16) - 1);
}

/// The argument `counts` of a search on a ready histogram.
TypedArrayArgument<double> countsArgument(Napi::Value value, std::string_view where) {
  auto counts = typedArrayArgument<double>(value, where);
  if (counts.span().size() < 2 ||
      !std::ranges::all_of(counts.span(), [](double count) { return std::isfinite(count) && count >= 0; })) {
    refuse(value.Env(), where, "expected at least two finite counts, none of them negative");
  }
  return counts;
}

Napi::Value toJs(Napi::Env env, const DivergenceSearch& search) {
  auto divergences = Napi::Float64Array::New(env, search.divergences.size());
  std::ranges::copy(search.divergences, divergences.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("index", static_cast<double>(search.index));
  result.Set("divergence", search.divergence);
  result.Set("divergences", divergences);
  return result;
}

}  // namespace

Napi::Value searchEntropy(const Napi::CallbackInfo& info) {
  constexpr std::string_view kCounts = "searchEntropy: counts";
  const auto counts = countsArgument(info[0], kCounts);
  const std::size_t bins = counts.span().size();
  const std::size_t levels = levelsArgument(info[1], "searchEntropy: bits");
  const std::size_t start = binsArgument(info[2], "searchEntropy: start", bins);
  const std::size_t stride = binsArgument(info[3], "searchEntropy: stride", bins);
  try {
    return toJs(info.Env(), calibrt::searchEntropy(counts.span(), levels, start, stride));
  } catch (const std::invalid_argument& error) {
    refuse(info.Env(), kCounts, error.what());
  }
}

Napi::Value searchKld(const Napi::CallbackInfo& info) {
  constexpr std::string_view kCounts = "searchKld: counts";
  const auto counts = countsArgument(info[0], kCounts);
  const std::size_t levels = levelsArgument(info[1], "searchKld: bits");
  if (levels > counts.span().size()) {
    refuse(info.Env(), kCounts, "expected at least " + std::to_string(levels) + " counts, 2^(bits - 1)");
  }
  try {
    return toJs(info.Env(), calibrt::searchKld(counts.span(), levels, levels));
  } catch (const std::invalid_argument& error) {
    refuse(info.Env(), kCounts, error.what());
  }
}

}  // namespace calibrt::js
