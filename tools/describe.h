// What `heng serve` says on the terminal of the service that it has made: at the start everything that is served or wrong, at a reload
// what is not as it was.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/service.h"
#include "tools/verbs.h"

namespace heng::tools {

class Describer {
 public:
  explicit Describer(const Manner& manner) : manner_(manner) {}
  // Errors and warnings in full, notes as a count: `heng check` shows them.
  void Describe(const server::Service& service);

 private:
  void DescribeDistrict(const server::ServedDistrict& served);
  void Say(const std::string& zh, const std::string& en) const;

  Manner manner_;
  bool started_ = false;
  // By district: all that is said of it, and what tells one state from another besides.
  std::map<std::string, std::string> said_;
  std::string said_of_service_;
};

}  // namespace heng::tools
