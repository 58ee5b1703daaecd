// The results of a settlement as tables, one a kind of subject and of period; what CSV files and sheets are written from.
#pragma once

#include <string>
#include <vector>

#include "engine/settle/settlement.h"

namespace heng::settle {

struct ResultCell {
  enum class Kind : unsigned char {
    kText,    // of the policy or its facts: whatever it begins with, it is text
    kPlain,   // a date, a period, a grade, a name of ours
    kNumber,  // a decimal
  };
  std::string text;
  Kind kind = Kind::kText;
};

struct ResultTable {
  // Behind the name: empty for the first 对象 and the settled period; `.每月`, `.企业`, `.全体`, `.企业.每月`.
  std::string part;
  std::vector<std::vector<ResultCell>> rows;  // the first are the headers: 编号 (but of the whole), 期间, the results
};

std::vector<ResultTable> TablesOf(const Settlement& settlement);

}  // namespace heng::settle
