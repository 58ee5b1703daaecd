#include "tests/unit/store_decisions.h"

#include <fmt/format.h>

#include "engine/base/version.h"
#include "engine/data/deployment.h"
#include "engine/data/ulid.h"

namespace heng::tests {

store::Decision DecisionOf(int n, const std::string& district, int64_t time_ms) {
  const unsigned char random[10] = {0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    0,
                                    static_cast<unsigned char>(n >> 24),
                                    static_cast<unsigned char>(n >> 16),
                                    static_cast<unsigned char>(n >> 8),
                                    static_cast<unsigned char>(n)};
  store::Decision decision;
  decision.id = data::UlidOf(1700000000000, random);
  decision.district = district;
  decision.time_ms = time_ms;
  decision.deployment = "sha256:deployment";
  decision.period = "2024Q3";
  decision.media = "application/json";
  decision.query = {{"strict", "true"}};
  // A NUL and bytes that are no text must survive.
  decision.request = fmt::format("request {}", n) + std::string("\0\xff", 2);
  decision.answer = fmt::format("answer {}", n);
  return decision;
}

store::Deployment DeploymentOf(const std::string& version, const std::string& district) {
  store::Deployment deployment;
  deployment.district = district;
  deployment.policy = district + ".plates";
  deployment.version = version;
  deployment.sources = {{"plates.heng", "政策 " + version}, {"../common/hotline.heng", "模块"}, {"空.csv", ""}};
  deployment.policy_digest = Sha256(deployment.sources.front().bytes);
  deployment.engine = kEngineVersion;
  deployment.parameters = {{"红牌检查频次", "5 次/月"}};
  deployment.columns = {{"投诉", "诉求件数"}};
  deployment.digest =
      data::DeploymentDigest(deployment.engine, deployment.policy_digest, deployment.parameters, deployment.columns);
  return deployment;
}

}  // namespace heng::tests
