#include "core/histogram_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/byte_stream.h"
#include "core/float_bits.h"

namespace calibrt {
namespace {

void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

void addCount(std::int64_t& total, std::int64_t count) {
  require(!__builtin_add_overflow(total, count, &total), "the counts are too large");
}

void encodeBins(ByteWriter& out, std::span<const std::int64_t> bins) {
  out.integer(std::ranges::count_if(bins, [](std::int64_t count) { return count != 0; }));
  std::size_t next = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    out.integer(static_cast<std::int64_t>(i - next));
    out.integer(bins[i]);
    next = i + 1;
  }
}

/// The least and the greatest non-empty bin of a sign.
struct Extent {
  std::size_t first;
  std::size_t last;
};

// Reads one sign's bins, which must be empty or not as `present` says; `total` grows by their counts.
Extent decodeBins(ByteReader& in, bool present, std::span<std::int64_t> bins, std::int64_t& total) {
  const std::int64_t nonEmpty = in.integer();
  require((nonEmpty > 0) == present, "the bins of a sign contradict the range");
  Extent extent{0, 0};
  std::size_t next = 0;
  for (std::int64_t i = 0; i < nonEmpty; ++i) {
    const std::int64_t skipped = in.integer();
    require(std::cmp_less(skipped, bins.size() - next), "a bin lies outside the grid");
    extent.last = next + static_cast<std::size_t>(skipped);
    if (i == 0) extent.first = extent.last;
    bins[extent.last] = in.integer();
    require(bins[extent.last] > 0, "a bin that is listed is empty");
    addCount(total, bins[extent.last]);
    next = extent.last + 1;
  }
  return extent;
}

bool isPlainFloat(float value) {
  return magnitudeBits(value) < kInfinityBits && std::bit_cast<std::uint32_t>(value) != 0x80000000U;
}

}  // namespace

std::vector<std::uint8_t> HistogramCodec::encode(const Histogram& histogram) {
  ByteWriter out;
  out.byte(kVersion);
  out.byte(Histogram::kBinsLog2);
  out.integer(histogram.nans_);
  out.integer(histogram.infinities_);
  out.integer(histogram.zeros_);
  out.byte(histogram.count_ > 0 ? 1 : 0);
  if (histogram.count_ > 0) {
    out.float32(histogram.min_);
    out.float32(histogram.max_);
    encodeBins(out, histogram.positive());
    encodeBins(out, histogram.negative());
  }
  return std::move(out).take();
}

Histogram HistogramCodec::decode(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  require(in.byte() == kVersion, "the statistics are of another version");
  require(in.byte() == Histogram::kBinsLog2, "the statistics have another number of bins");
  Histogram histogram;
  histogram.nans_ = in.integer();
  histogram.infinities_ = in.integer();
  histogram.zeros_ = in.integer();
  histogram.count_ = histogram.zeros_;
  const std::uint8_t hasFinite = in.byte();
  require(hasFinite <= 1 && (hasFinite == 1 || histogram.zeros_ == 0), "the counts contradict themselves");
  if (hasFinite == 1) {
    const float min = in.float32();
    const float max = in.float32();
    require(isPlainFloat(min) && isPlainFloat(max) && min <= max, "the range is malformed");
    require((histogram.zeros_ > 0 ? min <= 0 && max >= 0 : min != 0 && max != 0), "the zeros contradict the range");
    histogram.min_ = min;
    histogram.max_ = max;
    decodeSigns(in, histogram);
  }
  require(in.atEnd(), "there are bytes after the end");
  return histogram;
}

void HistogramCodec::decodeSigns(ByteReader& in, Histogram& histogram) {
  const float amax = histogram.amax();
  if (amax > 0) histogram.exponent_ = binExponent(amax);
  const double width = powerOfTwo(histogram.exponent_);
  const auto binOf = [width](float value) { return static_cast<std::size_t>(std::fabs(value) / width); };
  const auto [min, max] = std::pair(histogram.min_, histogram.max_);

  const std::size_t signs = min < 0 ? 2 : static_cast<std::size_t>(max > 0);
  std::vector<std::int64_t> bins(signs * Histogram::kBins);
  const std::span counts(bins);
  const std::size_t positiveBins = std::min(counts.size(), Histogram::kBins);
  const Extent positive = decodeBins(in, max > 0, counts.first(positiveBins), histogram.count_);
  const Extent negative = decodeBins(in, min < 0, counts.subspan(positiveBins), histogram.count_);
  require(max <= 0 || positive.last == binOf(max), "the greatest bin contradicts the range");
  require(min >= 0 || negative.last == binOf(min), "the least bin contradicts the range");
  require(min <= 0 || positive.first == binOf(min), "the least bin contradicts the range");
  require(max >= 0 || negative.first == binOf(max), "the greatest bin contradicts the range");
  require(min == max || histogram.count_ > 1, "one value cannot have two extremes");
  histogram.bins_ = BinCounts(std::move(bins));
}

}  // namespace calibrt
