#include "core/accumulate.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/parallel.h"

namespace calibrt {
namespace {

// Below this a slice costs more to merge than to accumulate.
constexpr std::size_t kLeastSlice = std::size_t{1} << 17;

struct Slice {
  std::size_t tensor;
  std::span<const float> data;
  /// Null for the first slice of a tensor, which goes straight into the tensor's own histogram.
  std::unique_ptr<Histogram> partial;
};

std::vector<Slice> cut(std::span<const std::span<const float>> data, std::size_t threads) {
  std::size_t total = 0;
  for (const auto tensor : data) total += tensor.size();
  // A few slices per thread even out threads of unequal speed.
  const std::size_t size = threads > 1 ? std::max(kLeastSlice, total / (4 * threads) + 1) : total + 1;
  std::vector<Slice> slices;
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t from = 0; from < data[i].size(); from += size) {
      const auto part = data[i].subspan(from, std::min(size, data[i].size() - from));
      slices.push_back({i, part, from == 0 ? nullptr : std::make_unique<Histogram>()});
    }
  }
  // The longest first, or the last thread is left with one.
  std::ranges::stable_sort(slices, std::ranges::greater{}, [](const Slice& slice) { return slice.data.size(); });
  return slices;
}

}  // namespace

void accumulateAll(std::span<Histogram* const> histograms, std::span<const std::span<const float>> data,
                   std::size_t threads) {
  std::vector<Slice> slices = cut(data, threads);
  parallelFor(slices.size(), threads, [&](std::size_t i) {
    Slice& slice = slices[i];
    Histogram& target = slice.partial ? *slice.partial : *histograms[slice.tensor];
    target.accumulate(slice.data);
  });
  for (const Slice& slice : slices) {
    if (slice.partial) histograms[slice.tensor]->merge(*slice.partial);
  }
}

}  // namespace calibrt
