// Drives every path of the core for the sanitizers to watch. What is computed is checked by the TypeScript tests; here
// only what sanitizers cannot see otherwise: that threads, instruction sets and denormal modes agree.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>
#include <string_view>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "core/accumulate.h"
#include "core/entropy.h"
#include "core/fake_quantize.h"
#include "core/histogram.h"
#include "core/histogram_codec.h"
#include "core/instruction_set.h"
#include "core/parallel.h"
#include "core/quantization_error.h"
#include "core/quantize.h"
#include "core/ranges.h"
#include "core/rebin.h"
#include "core/thresholds.h"
#include "core/weights.h"

namespace {

using namespace calibrt;

void check(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "failed: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

/// Values of every kind and magnitude.
std::vector<float> wildValues(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> exponent(-45.0F, 38.0F);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kSpecial[] = {0.0F, -0.0F, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(), 1e-45F};
  std::vector<float> values(size);
  for (float& value : values) {
    const auto kind = random() % 16;
    value = kind == 0 ? kSpecial[random() % 6] : normal(random);
    if (kind == 1) value *= std::pow(10.0F, exponent(random));
  }
  return values;
}

Histogram histogramOf(std::span<const float> values) {
  Histogram histogram;
  histogram.accumulate(values);
  return histogram;
}

void checkThreshold(const Threshold& found, const Histogram& histogram) {
  check(found.threshold >= 0 && found.threshold <= histogram.amax() && found.loss >= 0, "a threshold");
}

void checkRange(const Range& found, const Histogram& histogram) {
  const Range observed = minmaxRange(histogram);
  check(observed.min <= found.min && found.min <= 0 && 0 <= found.max && found.max <= observed.max, "a range");
  check(found.loss >= 0, "a range's loss");
}

void searchAll(const Histogram& histogram) {
  checkThreshold(minmaxThreshold(histogram), histogram);
  checkThreshold(mseThreshold(histogram, 8), histogram);
  checkThreshold(entropyThreshold(histogram, {}), histogram);
  checkThreshold(percentileThreshold(histogram, 99.9), histogram);
  checkRange(mseRange(histogram, 8), histogram);
  checkRange(entropyRange(histogram, {}), histogram);
  checkRange(percentileRange(histogram, 99.9), histogram);
  for (const KldVariant variant : {KldVariant::kNotes, KldVariant::kSource}) {
    checkThreshold(kldThreshold(histogram, {8, variant}), histogram);
    checkRange(kldRange(histogram, {8, variant}), histogram);
  }
}

void instructionSetsAgree() {
  for (const std::size_t size : {0UL, 1UL, 15UL, 4096UL, 4097UL, 20000UL}) {
    const std::vector<float> values = wildValues(size, static_cast<unsigned>(size));
    useInstructionSet("portable");
    const Histogram expected = histogramOf(values);
    for (const std::string_view set : {"avx2", "avx512"}) {
      try {
        useInstructionSet(set);
      } catch (const std::invalid_argument&) {
        continue;
      }
      // At the very end of an allocation, where a load too far would be seen.
      check(histogramOf(values) == expected, set);
    }
  }
}

void denormalModesAgree() {
#if defined(__x86_64__)
  const std::vector<float> values = {1e-45F, -1e-40F, 1e-39F, 2e-38F, 0.0F};
  const Histogram expected = histogramOf(values);
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | 0x8040U);  // flush to zero, denormals are zero
  const Histogram flushed = histogramOf(values);
  _mm_setcsr(mode);
  check(flushed.zeros() == expected.zeros() && flushed == expected, "denormals are zeros");
#endif
}

void threadsAgree() {
  std::vector<std::vector<float>> tensors;
  for (unsigned i = 0; i < 12; ++i) tensors.push_back(wildValues(i % 4 == 0 ? 400'000 : 3'000, i));
  std::vector<std::span<const float>> data(tensors.begin(), tensors.end());
  std::vector<Histogram> one(tensors.size());
  std::vector<Histogram> many(tensors.size());
  const auto pointers = [](std::vector<Histogram>& histograms) {
    std::vector<Histogram*> result;
    for (Histogram& histogram : histograms) result.push_back(&histogram);
    return result;
  };
  accumulateAll(pointers(one), data, 1);
  for (int round = 0; round < 3; ++round) accumulateAll(pointers(many), data, 4);
  for (std::size_t i = 0; i < one.size(); ++i) {
    Histogram thrice = one[i];
    thrice.merge(one[i]);
    thrice.merge(one[i]);
    check(thrice == many[i], "slices on threads");
  }
  parallelFor(many.size(), 4, [&](std::size_t i) { searchAll(many[i]); });
}

void failuresCrossThreads() {
  bool caught = false;
  try {
    parallelFor(100, 4, [](std::size_t i) {
      if (i == 50) throw std::runtime_error("50");
    });
  } catch (const std::runtime_error&) {
    caught = true;
  }
  check(caught, "an exception of a task");
}

void decodingIsSafe() {
  std::mt19937 random(3);
  const std::vector<std::uint8_t> original = HistogramCodec::encode(histogramOf(wildValues(3000, 5)));
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes(original.begin(), original.begin() + static_cast<long>(random() % original.size()));
    if (round % 2 == 0) bytes = original;
    for (unsigned change = 0; change <= random() % 4 && !bytes.empty(); ++change) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    try {
      const Histogram histogram = HistogramCodec::decode(bytes);
      check(HistogramCodec::encode(histogram) == bytes, "one encoding per state");
      if (round % 100 == 0) searchAll(histogram);
    } catch (const std::invalid_argument&) {
      continue;
    }
  }
}

void searchesTakeAnyGrid() {
  const Histogram histogram = histogramOf(wildValues(5000, 9));
  for (const std::size_t bins : {2UL, 3UL, 100UL, 2048UL, 16384UL, 100'000UL}) {
    check(rebin(histogram, bins).size() == bins, "rebin");
    for (const int bits : {2, 8, 16}) checkThreshold(entropyThreshold(histogram, {bits, bins, 1, bins / 2}), histogram);
  }
  for (int bits = 2; bits <= 16; bits += 7) checkThreshold(mseThreshold(histogram, bits), histogram);
  for (int bits = 2; bits <= 8; bits += 3) checkRange(mseRange(histogram, bits), histogram);
  for (int bits = 2; bits <= 12; bits += 5) checkRange(kldRange(histogram, {bits, KldVariant::kSource}), histogram);
}

void kernelsTakeAnyValue() {
  const std::vector<float> values = wildValues(6000, 1);
  const std::vector<float> scales = {1e-40F, 0.01F, 1e30F};
  const std::vector<std::int32_t> zeros = {255, 0, 7};
  std::vector<std::uint8_t> quantized(values.size());
  std::vector<float> restored(values.size());
  const QuantizationParameters parameters{scales, zeros, 10};
  quantizeLinear(values, parameters, quantized);
  dequantizeLinear(quantized, parameters, restored);
  fakeQuantize(values, parameters, {0, 65535}, std::nullopt, restored);
  fakeQuantize(values, parameters, {-128, 255}, 7, restored);
  std::vector<float> finite = values;
  std::erase_if(finite, [](float value) { return !std::isfinite(value); });
  finite.resize(finite.size() / 21 * 21);
  check(quantizationError(finite, std::vector<float>(finite.size()), 100).mse > 0, "an error");
  for (const float scale : {1e-45F, 1e-40F, 1.0F, 3e38F}) check(powerOfTwoScale(scale) > 0, "a power of two");
  check(quantizeWeights(finite, 3, 7, 1e-8F).data.size() == finite.size(), "weights");
}

}  // namespace

int main() {
  instructionSetsAgree();
  denormalModesAgree();
  threadsAgree();
  failuresCrossThreads();
  decodingIsSafe();
  searchesTakeAnyGrid();
  kernelsTakeAnyValue();
  return 0;
}
