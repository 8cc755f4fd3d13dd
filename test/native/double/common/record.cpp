#include "common/record.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "common/refusal.h"
#include "common/settings.h"

namespace calibrt::test {
namespace {

int threadNumber() {
  static std::atomic<int> last{0};
  thread_local const int number = ++last;
  return number;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) json += c;
  }
  return json + '"';
}

Entry::Entry(std::string_view call) : path_(setting("record")) {
  wanted_ = !path_.empty();
  if (wanted_) line_ = "{\"call\":" + quoted(call) + ",\"thread\":" + std::to_string(threadNumber());
}

Entry::~Entry() {
  if (!wanted_) return;
  line_ += "}\n";
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return;
  // One write: lines of several threads, and of several processes, stay whole.
  [[maybe_unused]] const auto written = write(file, line_.data(), line_.size());
  close(file);
}

Entry& Entry::raw(std::string_view name, std::string_view json) {
  if (wanted_) line_ += "," + quoted(name) + ":" + std::string(json);
  return *this;
}

Entry& Entry::with(std::string_view name, std::string_view text) { return raw(name, quoted(text)); }
Entry& Entry::with(std::string_view name, const char* text) {
  return raw(name, text == nullptr ? "null" : quoted(text));
}
Entry& Entry::with(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }

Entry& Entry::with(std::string_view name, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return raw(name, std::isfinite(value) ? text : "null");
}

Entry& Entry::with(std::string_view name, std::span<const std::int64_t> values) {
  std::string json;
  for (const std::int64_t value : values) json += (json.empty() ? "" : ",") + std::to_string(value);
  return raw(name, "[" + json + "]");
}

Entry& Entry::with(std::string_view name, const std::vector<std::string>& values) {
  std::string json;
  for (const std::string& value : values) json += (json.empty() ? "" : ",") + quoted(value);
  return raw(name, "[" + json + "]");
}

void recordRefusal(const char* method) noexcept {
  try {
    Entry("refused").with("method", method);
  } catch (...) {
    return;
  }
}

}  // namespace calibrt::test
