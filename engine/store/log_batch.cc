#include "engine/store/log_batch.h"

#include <algorithm>

namespace heng::store {

size_t LogBatch::BytesOf(const DecisionView& decision) {
  return sizeof(Item) + decision.query.size() + decision.request.size() + decision.answer.size();
}

void LogBatch::Add(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done) {
  DecisionView kept = decision;
  std::string_view* const texts[] = {&kept.id,    &kept.district, &kept.deployment, &kept.period,
                                     &kept.media, &kept.query,    &kept.request,    &kept.answer};
  size_t size = 0;
  for (const std::string_view* text : texts) size += text->size();
  char* to = static_cast<char*>(texts_.allocate(size, 1));
  for (std::string_view* text : texts) {
    const char* const at = to;
    to = std::copy(text->begin(), text->end(), to);
    *text = {at, text->size()};
  }
  items_.push_back({kept, std::move(key), std::move(done)});
  bytes_ += BytesOf(decision);
}

void LogBatch::Clear() {
  items_.clear();
  texts_.release();
  bytes_ = 0;
}

}  // namespace heng::store
