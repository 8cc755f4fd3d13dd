#pragma once

namespace calibrt {

/// A point with the error there.
struct Minimum {
  double at;
  double error;
};

/// The least error(x) over 0 < x <= greatest: on `candidates` equally spaced points, then three times around the best
/// on a grid 16 times finer. Of equal errors the largest x.
template <typename Error>
Minimum searchStep(double greatest, int candidates, const Error& error) {
  constexpr int kRefinements = 3;
  constexpr int kZoom = 16;

  Minimum best{greatest, error(greatest)};
  const auto sweep = [&](double from, double step, int count) {
    for (int i = 1; i <= count; ++i) {
      const double at = from + i * step;
      if (at <= 0 || at >= greatest) continue;
      const double found = error(at);
      if (found < best.error || (found == best.error && at > best.at)) best = {at, found};
    }
  };
  double step = greatest / candidates;
  sweep(0, step, candidates - 1);
  for (int i = 0; i < kRefinements; ++i) {
    const double from = best.at - step;
    step /= kZoom;
    sweep(from, step, 2 * kZoom - 1);
  }
  return best;
}

}  // namespace calibrt
