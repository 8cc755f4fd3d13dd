#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/byte_stream.h"
#include "core/histogram.h"

namespace calibrt {

/// Histograms as bytes, for checkpoints and for crossing processes. The encoding is canonical: equal states give equal
/// bytes, and bytes that no state gives are refused.
///
/// Layout: version (1 byte), log2 of the bins per sign (1 byte), NaN and infinity counts, zeros; then, if there is any
/// finite value, a byte 1, min and max (float32, little-endian) and per sign (positive first) the number of non-empty
/// bins and, for each, the distance from the previous non-empty bin and its count; else a byte 0. Integers are LEB128
/// of the least length. The exponent is not stored: it follows from min and max.
struct HistogramCodec {
  static constexpr std::uint8_t kVersion = 1;

  [[nodiscard]] static std::vector<std::uint8_t> encode(const Histogram& histogram);

  /// @throws std::invalid_argument where the bytes are truncated, of another version, or contradict themselves.
  [[nodiscard]] static Histogram decode(std::span<const std::uint8_t> bytes);

 private:
  static void decodeSigns(ByteReader& in, Histogram& histogram);
};

}  // namespace calibrt
