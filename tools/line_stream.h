// A stream of lines from a file descriptor to another: read in blocks of whole lines, answered by several threads, written in order, in
// memory that does not grow with the stream. Where the input pauses, what was read so far is answered at once.
#pragma once

#include <functional>

#include "engine/direct/lines.h"

namespace heng::tools {

struct LineStream {
  int in = 0;
  int out = 1;
  unsigned threads = 1;
  std::function<direct::LineAnswerer()> make_answerer;      // one for each thread
  std::function<void(const direct::LinesAnswer&)> written;  // after each block, in order
};

// Errors, kEnvironment: file-unreadable, file-unwritable.
Status AnswerLines(const LineStream& stream);

}  // namespace heng::tools
