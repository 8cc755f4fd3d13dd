#include <array>
#include <cstdio>
#include <cstdlib>

#include "infer/doubled.h"

namespace calibrt::test {

int libraryVersion() {
  const std::string told = setting("version");
  std::array<int, 3> parts{};
  if (std::sscanf(told.c_str(), "%d.%d.%d", &parts[0], &parts[1], &parts[2]) < 2) return NV_TENSORRT_VERSION;
  return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

void addedIn(int major, int minor, const char* method) noexcept {
  if (libraryVersion() >= major * 10000 + minor * 100) return;
  {
    Entry entry("crash");
    entry.with("method", method).with("library", libraryVersion());
  }
  std::fprintf(stderr, "double: %s is not in version %d\n", method, libraryVersion());
  std::abort();
}

}  // namespace calibrt::test
