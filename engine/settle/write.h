// The files of a settlement: `.csv`, `.xlsx`, `.json`, `.ndjson`, `.html` by their extension; made as a whole first, written only when
// all are made.
#pragma once

#include <string>
#include <vector>

#include "engine/settle/settlement.h"

namespace heng::settle {

struct OutputFile {
  std::string path;
  std::string bytes;
};

// One file a period kind: `out.csv` holds the settled period, `out.每月.csv` beside it the months in it; columns 编号, 期间
// and the results, in the form that `历史.每季.csv` is read in. An output that failed stands as `#错误:code`, which is
// refused when it is read again. `.xlsx` has them as sheets (workbook.h). `district` may be empty. Errors: kUsage, unknown-format; those
// of Workbook.
Result<std::vector<OutputFile>> Render(const Settlement& settlement, const data::Deployment& deployment,
                                       const std::string& district, const std::string& path);

// Writes all, or says which cannot be written.
Status Write(const std::vector<OutputFile>& files);

}  // namespace heng::settle
