#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tensorrt/logger.h"

namespace calibrt::tensorrt {

/// What is kept of a build's log: its warnings, its errors, its last lines, and the weights' size, which no interface
/// tells. Everything is passed on to the observer.
class LogDigest final : public LogSink {
 public:
  LogDigest(BuildObserver& observer, bool verbose) : observer_(observer), verbose_(verbose) {}

  void message(Severity severity, std::string_view text) noexcept override;

  std::vector<std::string> warnings() const;
  /// Errors, or the last lines where there is none.
  std::vector<std::string> explanation() const;
  std::optional<std::uint64_t> weightBytes() const;

 private:
  void keep(Severity severity, std::string_view text);

  BuildObserver& observer_;
  const bool verbose_;
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
  std::vector<std::string> errors_;
  std::deque<std::string> tail_;
  std::optional<std::uint64_t> weightBytes_;
};

/// N of a line `Total Weights Memory: N bytes`.
std::optional<std::uint64_t> parseWeightBytes(std::string_view line);

}  // namespace calibrt::tensorrt
