#include "common/settings.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "common/record.h"

namespace calibrt::test {
namespace {

std::string environment() {
  const char* text = std::getenv("CALIBRT_DOUBLE");
  return text == nullptr ? "" : text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::int64_t toNumber(std::string_view text, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Calls of each step since the setting `fail` was made.
std::int64_t countCall(const std::string& step, const std::string& when) {
  static std::mutex mutex;
  static auto* const counts = new std::map<std::string, std::int64_t>;
  static auto* const since = new std::string;
  const std::lock_guard lock(mutex);
  if (*since != when) {
    counts->clear();
    *since = when;
  }
  return ++(*counts)[step];
}

}  // namespace

std::string setting(std::string_view name, std::string_view otherwise) {
  for (const std::string& pair : split(environment(), ';')) {
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos && std::string_view(pair).substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return std::string(otherwise);
}

std::int64_t numberSetting(std::string_view name, std::int64_t otherwise) { return toNumber(setting(name), otherwise); }

std::vector<std::string> listSetting(std::string_view name, std::string_view otherwise) {
  return split(setting(name, otherwise), ',');
}

bool fails(std::string_view step) {
  const std::string told = setting("fail");
  if (told.empty()) return false;
  const std::int64_t call = countCall(std::string(step), told);
  for (const std::string& entry : split(told, ',')) {
    const std::size_t colon = entry.find(':');
    if (std::string_view(entry).substr(0, colon) != step) continue;
    if (colon != std::string::npos && toNumber(std::string_view(entry).substr(colon + 1), 0) != call) continue;
    Entry("fail").with("step", step).with("count", call);
    return true;
  }
  return false;
}

void pause(std::string_view name) {
  if (const std::int64_t milliseconds = numberSetting(name, 0); milliseconds > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }
}

}  // namespace calibrt::test
