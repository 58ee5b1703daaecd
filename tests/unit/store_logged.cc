// What the service does with a request, as a process: builds a deployment again from the store, answers, and logs the decision.
//   store_logged URL KEY_FILE DISTRICT DEPLOYMENT MEDIA < request > the decision's id
//   store_logged URL DISTRICT DEPLOYMENT                          > the digest of the deployment that was built again
// For store_e2e_test.py.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "engine/data/ulid.h"
#include "engine/evaluate/evaluate.h"
#include "engine/replay/replay.h"

namespace {

int Refuse(const heng::Error& error) {
  std::fprintf(stderr, "%s %s\n", error.code.c_str(), error.message.en.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace heng;
  if (argc != 4 && argc != 6) return 2;
  const bool logs = argc == 6;
  store::StoreOptions options;
  if (logs) {
    auto key = store::SigningKey::LoadOrCreate(argv[2]);
    if (!key) return Refuse(key.error());
    options.signing_key = std::make_shared<const store::SigningKey>(std::move(*key));
  }
  auto store = store::Store::Open(argv[1], options);
  if (!store) return Refuse(store.error());
  const std::string district = argv[logs ? 3 : 2];
  const auto kept = (*store)->FindDeployment(district, argv[logs ? 4 : 3]);
  if (!kept) return Refuse(kept.error());
  const auto deployment = replay::Rebuild(*kept);
  if (!deployment) return Refuse(deployment.error());
  if (!logs) {
    std::printf("%s\n", deployment->digest().c_str());
    return 0;
  }
  store::Decision decision;
  decision.id = data::NewUlid();
  decision.district = district;
  decision.deployment = kept->digest;
  decision.period = "2024Q3";
  decision.media = argv[5];
  decision.request.assign(std::istreambuf_iterator<char>(std::cin), {});
  const evaluate::AnswerOptions how{district, decision.id};
  if (decision.media == "application/json") {
    auto answer = evaluate::AnswerRequest(*deployment, decision.request, how);
    if (!answer) return Refuse(answer.error());
    decision.answer = std::move(answer->text);
  } else {
    decision.query = {{"period", "2024Q3"}, {"roster", "complete"}, {"explain", "true"}};
    auto batch = evaluate::AnswerBatch({&*deployment, 1}, {"", "", "2024Q3", true, true, false}, decision.request, how);
    if (!batch) return Refuse(batch.error());
    decision.answer = std::move(batch->lines);
  }
  const auto receipt = (*store)->AppendAndWait(decision);
  if (!receipt) return Refuse(receipt.error());
  std::printf("%s\n", decision.id.c_str());
  return 0;
}
