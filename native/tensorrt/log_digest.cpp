#include "tensorrt/log_digest.h"

#include <algorithm>
#include <charconv>

namespace calibrt::tensorrt {
namespace {

constexpr std::size_t kTailLines = 20;
/// Networks of thousands of layers repeat themselves.
constexpr std::size_t kMostKept = 200;

void keepOnce(std::vector<std::string>& lines, std::string_view text) {
  if (lines.size() < kMostKept && std::ranges::find(lines, text) == lines.end()) lines.emplace_back(text);
}

}  // namespace

std::optional<std::uint64_t> parseWeightBytes(std::string_view line) {
  constexpr std::string_view kPrefix = "Total Weights Memory: ";
  const std::size_t start = line.find(kPrefix);
  if (start == std::string_view::npos) return std::nullopt;
  line.remove_prefix(start + kPrefix.size());
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), bytes);
  const std::string_view unit(end, static_cast<std::size_t>(line.data() + line.size() - end));
  if (error != std::errc() || !unit.starts_with(" bytes")) return std::nullopt;
  return bytes;
}

void LogDigest::message(Severity severity, std::string_view text) noexcept {
  try {
    if (severity != Severity::kVerbose) keep(severity, text);
  } catch (...) {
    // Out of memory: the build will fail of it by itself.
  }
  if (verbose_ || severity != Severity::kVerbose) observer_.log(severity, text);
}

void LogDigest::keep(Severity severity, std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (const auto bytes = parseWeightBytes(text)) weightBytes_ = bytes;
  if (severity == Severity::kWarning) keepOnce(warnings_, text);
  if (severity == Severity::kError || severity == Severity::kFatal) keepOnce(errors_, text);
  tail_.emplace_back(text);
  if (tail_.size() > kTailLines) tail_.pop_front();
}

std::vector<std::string> LogDigest::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

std::vector<std::string> LogDigest::explanation() const {
  const std::lock_guard lock(mutex_);
  return errors_.empty() ? std::vector<std::string>(tail_.begin(), tail_.end()) : errors_;
}

std::optional<std::uint64_t> LogDigest::weightBytes() const {
  const std::lock_guard lock(mutex_);
  return weightBytes_;
}

}  // namespace calibrt::tensorrt
