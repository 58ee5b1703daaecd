#include "engine/store/log_batch.h"

#include <cstring>

namespace heng::store {

size_t LogBatch::BytesOf(const DecisionView& decision) {
  return sizeof(Item) + decision.query.size() + decision.request.size() + decision.answer.size();
}

void LogBatch::Add(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done) {
  DecisionView kept = decision;
  for (std::string_view* text : {&kept.id, &kept.district, &kept.deployment, &kept.period, &kept.media, &kept.query,
                                 &kept.request, &kept.answer})
    *text = Copy(*text);
  items_.push_back({kept, std::move(key), std::move(done)});
  bytes_ += BytesOf(decision);
}

std::string_view LogBatch::Copy(std::string_view text) {
  if (text.empty()) return {};
  char* to = static_cast<char*>(texts_.allocate(text.size(), 1));
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

void LogBatch::Clear() {
  items_.clear();
  texts_.release();
  bytes_ = 0;
}

}  // namespace heng::store
