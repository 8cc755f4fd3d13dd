#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace calibrt::test {

/// One line of the record of calls, written when it goes out of scope: `{"call":"setFlag","thread":1,"flag":"kINT8"}`
/// to the file that the setting `record` names, in the order of the calls. Threads are numbered as they first appear.
class Entry {
 public:
  explicit Entry(std::string_view call);
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  Entry& with(std::string_view name, std::string_view text);
  Entry& with(std::string_view name, const char* text);
  Entry& with(std::string_view name, bool value);
  Entry& with(std::string_view name, double value);
  template <std::integral Integer>
  Entry& with(std::string_view name, Integer value) {
    return raw(name, std::to_string(value));
  }
  Entry& with(std::string_view name, std::span<const std::int64_t> values);
  Entry& with(std::string_view name, const std::vector<std::string>& values);

 private:
  Entry& raw(std::string_view name, std::string_view json);

  bool wanted_;
  std::string path_;
  std::string line_;
};

/// A JSON string, quotes included.
std::string quoted(std::string_view text);

}  // namespace calibrt::test
