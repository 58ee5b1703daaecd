// Large policies, from policy_head.heng.in and policy_chapter.heng.in: chapters of every kind of declaration, each like a district's
// whole policy, that read one another's totals. They compile without a warning.
#pragma once

#include <cstddef>
#include <string>

namespace heng::bench {

// The head and as many chapters, numbered from `first`. The same numbers give the same text.
std::string PolicyText(size_t first, size_t chapters);
// With as many chapters as make it at least so long.
std::string PolicyTextOfSize(size_t bytes);

}  // namespace heng::bench
