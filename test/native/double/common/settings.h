#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the double is told to be and where to fail: the environment variable CALIBRT_DOUBLE, `name=value` pairs
/// separated by `;`, read at each call. README.md lists the names.
namespace calibrt::test {

std::string setting(std::string_view name, std::string_view otherwise = "");
std::int64_t numberSetting(std::string_view name, std::int64_t otherwise);
/// Parts between commas.
std::vector<std::string> listSetting(std::string_view name, std::string_view otherwise = "");

/// Whether this call of `step` is to fail: `fail=STEP` (every call) or `fail=STEP:N` (the N-th call since the setting
/// was made). Recorded when it does.
bool fails(std::string_view step);

/// Sleeps for `NAME` milliseconds, so that something can happen meanwhile.
void pause(std::string_view name);

}  // namespace calibrt::test
