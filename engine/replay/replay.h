// The past run again: what the store keeps of a deployment, the deployment built again from it, and a decision of the log answered
// again. Used by the verbs `publish` and `log replay` and by the server's routes of the same purpose.
#pragma once

#include <optional>
#include <string>

#include "engine/data/deployment.h"
#include "engine/graph/analysis/compile.h"
#include "engine/store/store.h"

namespace heng::replay {

// What the store keeps of it, with these sources, the policy's own file first.
store::Deployment Keep(const data::Deployment& deployment, const std::string& district, store::Bundle sources);
// The same with the sources read again from the policy's file and those that it names. Errors: sources-changed
// (kFindings: they are no longer what was compiled); those of reading a file.
Result<store::Deployment> Capture(const data::Deployment& deployment, const std::string& district);

// A policy compiled from files in memory, the policy's own first; others are found by their names as seen from where its path starts.
graph::Compiled Compile(const store::Bundle& files);

// As it was published: compiled from the kept sources by this engine, its parameters bound. Error, kFindings: not-rebuildable (this
// engine does not accept the sources or the values any more).
Result<data::Deployment> Rebuild(const store::Deployment& kept);

struct Replayed {
  std::string answer;
  bool same = false;  // byte for byte
  // Another version of the engine answered then; its version stands in the deployment's digest, so that the bytes differ there at least.
  bool other_engine = false;
  // Why this engine does not answer the request, if it does not.
  std::optional<Error> refused;
};
// Answers the decision again with its own deployment. Errors: unknown-decision, unknown-deployment (kFindings), not-rebuildable, the
// store's.
Result<Replayed> Replay(store::Store& store, const store::Record& record);

}  // namespace heng::replay
