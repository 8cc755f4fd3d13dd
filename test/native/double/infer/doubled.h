#pragma once

#include "common/record.h"
#include "common/settings.h"
#include "derived.h"

namespace calibrt::test {

/// An object of TensorRT: the class that the bridge sees, whose inline methods forward to `mImpl`, and the abstract
/// table behind it, in one.
template <typename Interface, typename Refusing>
class Doubled : public Interface, public Refusing {
 public:
  Doubled() { this->mImpl = this; }
};

/// The version that the library says it is, as getInferLibVersion() counts: the headers', or the setting `version`.
int libraryVersion();

/// Called by methods that later headers added: a library that is older has no such slot in its table, and the real one
/// would crash. This one writes the method into the record and then ends the process.
void addedIn(int major, int minor, const char* method) noexcept;

}  // namespace calibrt::test
