#include "tools/line_stream.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

namespace heng::tools {
namespace {

// A block is large beside the cost of handing it over, and small beside the caches.
constexpr size_t kBlock = size_t{256} << 10;

Status Failed(const char* code, const char* zh, const char* en) {
  const char* why = std::strerror(errno);
  return Fail(ErrorKind::kEnvironment, code, {fmt::format("{}：{}", zh, why), fmt::format("{}: {}", en, why)});
}

size_t CountLines(std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++count;
  return count;
}

struct Block {
  enum class State : unsigned char { kFree, kRead, kAnswered };
  State state = State::kFree;
  std::string bytes;  // whole lines in front; with room for padding
  size_t size = 0;
  size_t first_line = 1;
  direct::LinesAnswer answer;
};

class Pipeline {
 public:
  explicit Pipeline(const LineStream& stream) : stream_(stream), blocks_(2 * std::max(1U, stream.threads)) {
    for (unsigned i = 0; i < std::max(1U, stream.threads); ++i) workers_.emplace_back([this] { Work(); });
  }
  ~Pipeline() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    read_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  Status Run() {
    while (!at_end_) {
      Block& block = blocks_[next_];
      if (auto status = Finish(block); !status) return status;
      if (auto status = Read(block); !status) return status;
      {
        const std::lock_guard lock(mutex_);
        block.state = Block::State::kRead;
        waiting_.push_back(&block);
      }
      read_.notify_one();
      next_ = (next_ + 1) % blocks_.size();
      if (!paused_) continue;
      if (auto status = FinishAll(); !status) return status;
    }
    return FinishAll();
  }

 private:
  void Work() {
    direct::LineAnswerer answerer = stream_.make_answerer();
    for (;;) {
      Block* block = nullptr;
      {
        std::unique_lock lock(mutex_);
        read_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
        if (ended_) return;
        block = waiting_.front();
        waiting_.pop_front();
      }
      answerer.Answer(std::string_view(block->bytes).substr(0, block->size), block->first_line, block->answer);
      {
        const std::lock_guard lock(mutex_);
        block->state = Block::State::kAnswered;
      }
      answered_.notify_one();
    }
  }

  // Fills the block with whole lines: what was left over, then what comes, until it is full or nothing more comes for now.
  Status Read(Block& block) {
    // What was left over may be most of a long line.
    block.bytes.resize(std::max(block.bytes.size(), std::max(kBlock, rest_.size()) + direct::kPadding));
    std::memcpy(block.bytes.data(), rest_.data(), rest_.size());
    size_t size = rest_.size();
    size_t lines = 0;  // bytes of whole lines
    paused_ = false;
    for (;;) {
      if (size + direct::kPadding >= block.bytes.size()) {
        if (lines > 0) break;
        // A line longer than a block.
        block.bytes.resize(2 * block.bytes.size());
      }
      if (lines > 0 && Pauses()) {
        paused_ = true;
        break;
      }
      const ssize_t got = ::read(stream_.in, block.bytes.data() + size, block.bytes.size() - direct::kPadding - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed("file-unreadable", "读不了输入", "cannot read the input");
      at_end_ = got == 0;
      const std::string_view fresh(block.bytes.data() + size, static_cast<size_t>(got));
      if (const size_t last = fresh.rfind('\n'); last != std::string_view::npos) lines = size + last + 1;
      size += static_cast<size_t>(got);
      if (!at_end_) continue;
      lines = size;
      break;
    }
    rest_.assign(block.bytes, lines, size - lines);
    block.size = lines;
    block.first_line = line_;
    line_ += CountLines(std::string_view(block.bytes).substr(0, lines));
    return Ok();
  }

  bool Pauses() const {
    pollfd in{stream_.in, POLLIN, 0};
    return ::poll(&in, 1, 0) == 0;
  }

  // Waits for the block's answer and writes it; a free block stays as it is.
  Status Finish(Block& block) {
    {
      std::unique_lock lock(mutex_);
      if (block.state == Block::State::kFree) return Ok();
      answered_.wait(lock, [&] { return block.state == Block::State::kAnswered; });
      block.state = Block::State::kFree;
    }
    std::string_view text = block.answer.lines;
    while (!text.empty()) {
      const ssize_t wrote = ::write(stream_.out, text.data(), text.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return Failed("file-unwritable", "写不了输出", "cannot write the output");
      text.remove_prefix(static_cast<size_t>(wrote));
    }
    stream_.written(block.answer);
    block.answer.Clear();
    return Ok();
  }

  Status FinishAll() {
    for (size_t i = 0; i < blocks_.size(); ++i) {
      if (auto status = Finish(blocks_[(next_ + i) % blocks_.size()]); !status) return status;
    }
    return Ok();
  }

  const LineStream& stream_;
  std::vector<Block> blocks_;  // used in turns
  size_t next_ = 0;
  std::string rest_;
  size_t line_ = 1;
  bool at_end_ = false;
  bool paused_ = false;
  std::mutex mutex_;
  std::condition_variable read_, answered_;
  std::deque<Block*> waiting_;
  bool ended_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace

Status AnswerLines(const LineStream& stream) { return Pipeline(stream).Run(); }

}  // namespace heng::tools
