#pragma once

namespace calibrt {

/// Makes the process end by `_exit` where it would otherwise run TensorRT's static destructors under a build that is
/// still going on, which crashes or hangs about one time in three. Handlers run last in, first out, and the library
/// registers more of its own as it works: armed after opening it, and again when the process is about to exit.
void armExitGuard();

}  // namespace calibrt
