#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace calibrt {

/// KL(P||Q), in nats, of a histogram that is clipped (P) from the same quantized to a few levels (Q): what the entropy
/// and the kld search minimize. By prefix sums, so that a candidate costs its levels, not its bins.
class ClippedDivergence {
 public:
  /// @param counts of equal bins from 0; finite, not negative, at least one
  /// @throws std::invalid_argument where their sum is 0
  explicit ClippedDivergence(std::span<const double> counts);

  /// KL(P||Q) with the first `kept` bins kept, 1 <= kept <= the number of bins:
  /// - P is the first `kept` bins, with all beyond added to the last of them;
  /// - Q is the first `kept` bins without those beyond, merged to `levels` levels (bin k goes to level
  ///   floor(k * levels / kept)), each level's mass shared equally among its non-empty bins; empty bins stay 0;
  /// - both are normalized to 1.
  ///
  /// Mass of P where Q is 0, which there is when the last bin kept is empty and something lies beyond, costs
  /// -ln(`floor`) times itself: a `floor` of 0 makes the divergence infinite.
  [[nodiscard]] double at(std::size_t kept, std::size_t levels, double floor) const;

 private:
  /// Sums over the bins' shares p of the whole: entry i covers the bins below i.
  struct Prefix {
    double mass;
    double pLogP;
    double nonEmpty;
  };

  std::vector<double> shares_;
  std::vector<Prefix> prefix_;
};

/// Outcome of a search for the number of bins to keep.
struct DivergenceSearch {
  /// Number of bins kept.
  std::size_t index;
  /// KL(P||Q) in nats at `index`.
  double divergence;
  /// KL(P||Q) of every candidate, in their order.
  std::vector<double> divergences;
};

}  // namespace calibrt
