// LogBatch: decisions that wait to be committed, in the order in which they came. Their texts are copied into memory that the batch keeps
// for the next ones: what one thread allocates and another one frees would cost more than the copy. Internal to store/; not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/store/decision.h"
#include "engine/store/store.h"

namespace heng::store {

class LogBatch {
 public:
  struct Item {
    DecisionView decision;
    std::optional<IdempotencyKey> key;
    Completion done;
  };
  // What a decision takes.
  static size_t BytesOf(const DecisionView& decision);

  void Add(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done);
  std::span<const Item> items() const { return items_; }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  size_t bytes() const { return bytes_; }
  void Clear();

 private:
  // A commit under load takes less than this; what is beyond it is given back.
  static constexpr size_t kKeptBytes = size_t{256} << 10;
  std::unique_ptr<std::byte[]> kept_ = std::make_unique<std::byte[]>(kKeptBytes);
  std::pmr::monotonic_buffer_resource texts_{kept_.get(), kKeptBytes};
  std::vector<Item> items_;
  size_t bytes_ = 0;
};

}  // namespace heng::store
