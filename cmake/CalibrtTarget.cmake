# What every native target of calibrt is compiled with.
include_guard(GLOBAL)

set(CALIBRT_SANITIZE "" CACHE STRING "Sanitizers to build with: address, thread, undefined or a comma-separated combination")
option(CALIBRT_WARNINGS_AS_ERRORS "Treat warnings of our own code as errors" ON)

find_package(Threads REQUIRED)

# calibrt_configure(TARGET): C++20, hidden symbols, warnings, no contraction to FMA, sanitizers if asked for.
function(calibrt_configure target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion)
  if(CALIBRT_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Sees overlapping copies in `"literal" + std::string` (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  # gcc contracts a*b+c to FMA even at -std=c++20, and results would then depend on the file's instruction set.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(CALIBRT_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${CALIBRT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(${target} PRIVATE -fsanitize=${CALIBRT_SANITIZE})
  endif()
endfunction()
