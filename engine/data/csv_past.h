// The past of a folder: `历史.每季.csv` (published results), `引用.POLICY.每季.csv` (results of other policies), and beside each, ending in
// `.结算`, what is fed from the settlements that hold. What is given goes first. Internal to csv_folder.
#pragma once

#include "engine/data/csv_reading.h"

namespace heng::data {

// REQUIRES: the subjects are read. Rows of subjects that are not in the roster are passed over.
void ReadPast(CsvReading& reading);

}  // namespace heng::data
