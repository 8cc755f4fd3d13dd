// The statistics of a list of times, written a second time and in the language of the original: float, ascending order,
// rank by truncation. Reads from stdin: repeatedly a uint32 count and that many floats. Writes for each list min, max,
// mean, median, the percentiles 90, 95, 99 and the coefficient of variation in per cent.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

static float percentile(const std::vector<float>& sorted, float percent) {
  const auto all = static_cast<int32_t>(sorted.size());
  const auto excluded = static_cast<int32_t>((1 - percent / 100) * static_cast<float>(all));
  return sorted[static_cast<size_t>(std::max(all - 1 - excluded, 0))];
}

int main() {
  uint32_t count = 0;
  while (std::fread(&count, sizeof count, 1, stdin) == 1) {
    std::vector<float> times(count);
    if (std::fread(times.data(), sizeof(float), count, stdin) != count) return 1;
    std::sort(times.begin(), times.end());
    const auto n = static_cast<float>(count);
    float sum = 0;
    for (float time : times) sum += time;
    const float mean = sum / n;
    float squares = 0;
    for (float time : times) {
      const float difference = time - mean;
      squares += difference * difference;
    }
    const size_t half = count / 2;
    const float median = count % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2;
    const float figures[] = {times.front(),
                             times.back(),
                             mean,
                             median,
                             percentile(times, 90),
                             percentile(times, 95),
                             percentile(times, 99),
                             std::sqrt(squares / n) / mean * 100};
    std::fwrite(figures, sizeof figures, 1, stdout);
  }
}
