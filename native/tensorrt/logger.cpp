#include "tensorrt/logger.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "tensorrt/name_tables.h"

namespace calibrt::tensorrt {
namespace {

struct Sinks {
  std::mutex mutex;
  std::vector<LogSink*> all;
};

// Never destroyed: TensorRT's own threads may log while the process exits.
Sinks& sinks() {
  static auto* const leaked = new Sinks;
  return *leaked;
}

thread_local LogSink* current = nullptr;

}  // namespace

Logger& Logger::instance() {
  static auto* const leaked = new Logger;
  return *leaked;
}

void Logger::log(nvinfer1::ILogger::Severity severity, const char* text) noexcept {
  if (text == nullptr) return;
  if (current != nullptr) {
    current->message(toSeverity(severity), text);
    return;
  }
  try {
    const std::lock_guard lock(sinks().mutex);
    for (LogSink* sink : sinks().all) sink->message(toSeverity(severity), text);
  } catch (...) {
    // A message lost is better than std::terminate, which is what leaving a noexcept callback means.
  }
}

LogScope::LogScope(LogSink& sink) : outer_(current), sink_(&sink) {
  const std::lock_guard lock(sinks().mutex);
  sinks().all.push_back(sink_);
  current = sink_;
}

LogScope::~LogScope() {
  const std::lock_guard lock(sinks().mutex);
  std::erase(sinks().all, sink_);
  current = outer_;
}

}  // namespace calibrt::tensorrt
