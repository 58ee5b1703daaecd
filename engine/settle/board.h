// The board: a settlement as a table for the terminal or a page, with its grades in colour and its totals below. Driven by the
// types of the results alone.
#pragma once

#include <string>
#include <vector>

#include "engine/settle/settlement.h"

namespace heng::settle {

struct BoardStyle {
  Language language = Language::kChinese;
  bool color = false;
};

// Title and period; one line a subject in the order of the last rank (the overall one, if there are several), with the
// first text attribute, the attribute that a rank goes by and every result of the settled period; then how many have
// each grade, and the totals of money and of counts a period. REQUIRES: settlement.evaluation.
std::string Board(const Settlement& settlement, const BoardStyle& style);

// The same as cells, one table a kind of subject.
struct BoardTable {
  struct Cell {
    std::string text;
    const char* color = nullptr;  // of a grade: `green`, `blue`, `yellow`, `red`
    bool number = false;
  };
  std::string title;
  std::vector<std::vector<Cell>> rows;  // the first are the headers
  std::vector<std::string> summary;     // lines
};
std::vector<BoardTable> BoardTables(const Settlement& settlement, Language language);

// The same as a page of its own, without scripts or anything from elsewhere.
std::string HtmlBoard(const Settlement& settlement, Language language);

}  // namespace heng::settle
