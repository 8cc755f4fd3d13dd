#include "addon/tensorrt/exit_guard.h"

#include <cstdlib>
#include <unistd.h>

#include "addon/tensorrt/job_registry.h"

namespace calibrt {

void armExitGuard() {
  // glibc's own, as TensorRT's libraries are: unlike atexit it tells the status to keep.
  on_exit(
      [](int status, void*) {
        if (JobRegistry::instance().anyRunning()) _exit(status);
      },
      nullptr);
}

}  // namespace calibrt
