// Store's deployments and the way of a version into force.
#include <algorithm>

#include <fmt/format.h>

#include "engine/data/deployment.h"
#include "engine/data/ulid.h"
#include "engine/store/bundles.h"
#include "engine/store/log_rows.h"
#include "engine/store/pairs.h"
#include "engine/store/parts.h"
#include "engine/store/person_name.h"

namespace heng::store {
namespace {

constexpr std::string_view kStates[] = {"draft", "approved", "published", "withdrawn"};

VersionState StateNamed(std::string_view name) {
  const auto found = std::find(std::begin(kStates), std::end(kStates), name);
  return static_cast<VersionState>(found - std::begin(kStates));
}

std::string MapText(const std::map<std::string, std::string>& map) { return WritePairs(map); }

Status InsertDeployment(Connection& connection, const Deployment& deployment, DigestKind kind) {
  const std::string digest =
      data::DeploymentDigest(deployment.engine, deployment.policy_digest, deployment.parameters, deployment.columns);
  if (digest != deployment.digest) {
    return Fail(ErrorKind::kFindings, "digest-differs",
                {"部署的摘要与它的内容不符", "the deployment's digest is not that of its parts"}, deployment.digest);
  }
  const auto sources = PutBundle(connection, deployment.sources, kind);
  if (!sources) return tl::unexpected(sources.error());
  const auto done = connection.Run(
      "INSERT INTO deployments (district, digest, policy, version, policy_digest, engine, parameters, columns, sources) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district, digest) DO NOTHING",
      {deployment.district, deployment.digest, deployment.policy, deployment.version, deployment.policy_digest,
       deployment.engine, MapText(deployment.parameters), MapText(deployment.columns), *sources});
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

Result<Deployment> SelectDeployment(Connection& connection, const std::string& district, const std::string& digest) {
  const auto rows = connection.Run(
      "SELECT policy, version, policy_digest, engine, parameters, columns, sources FROM deployments "
      "WHERE district = $1 AND digest = $2",
      {district, digest});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) {
    return Fail(ErrorKind::kFindings, "unknown-deployment",
                {fmt::format("没有部署“{}”", digest), fmt::format("there is no deployment '{}'", digest)}, digest);
  }
  const Row& row = rows->front();
  const auto parameters = ReadPairs(TextOf(row[4]));
  const auto columns = ReadPairs(TextOf(row[5]));
  if (!parameters || !columns) return StoreCorrupt();
  auto sources = GetBundle(connection, TextOf(row[6]));
  if (!sources) return tl::unexpected(sources.error());
  Deployment deployment{digest,
                        district,
                        TextOf(row[0]),
                        TextOf(row[1]),
                        TextOf(row[2]),
                        TextOf(row[3]),
                        {parameters->begin(), parameters->end()},
                        {columns->begin(), columns->end()},
                        std::move(*sources)};
  const std::string found =
      data::DeploymentDigest(deployment.engine, deployment.policy_digest, deployment.parameters, deployment.columns);
  if (found != digest) return StoreCorrupt();
  return deployment;
}

Status InsertStep(Connection& connection, const std::string& version, VersionState state, const std::string& person,
                  int64_t now_ms) {
  const auto done =
      connection.Run("INSERT INTO version_steps (version, state, person, time_ms) VALUES ($1, $2, $3, $4)",
                     {version, std::string(NameOf(state)), person, now_ms});
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

// One row a step; the rows of a version stand together, its steps in their order.
constexpr const char* kSelectVersions =
    "SELECT v.id, d.policy, d.version, v.deployment, v.first_day, v.last_day, s.state, s.person, s.time_ms "
    "FROM versions v JOIN deployments d ON d.district = v.district AND d.digest = v.deployment "
    "JOIN version_steps s ON s.version = v.id WHERE v.district = $1";
constexpr const char* kOrder =
    " ORDER BY d.policy, v.first_day, v.id, CASE s.state WHEN 'draft' THEN 1 WHEN 'approved' THEN 2 WHEN 'published' THEN 3 "
    "ELSE 4 END";

Result<std::vector<Version>> VersionsOf(const Result<Rows>& rows, const std::string& district) {
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Version> out;
  for (const Row& row : *rows) {
    if (out.empty() || out.back().id != TextOf(row[0])) {
      const auto first_day = ParseDate(TextOf(row[4]));
      if (!first_day) return StoreCorrupt();
      out.push_back({TextOf(row[0]),
                     district,
                     TextOf(row[1]),
                     TextOf(row[2]),
                     TextOf(row[3]),
                     *first_day,
                     ParseDate(TextOf(row[5])),
                     {}});
    }
    out.back().steps.push_back({StateNamed(TextOf(row[6])), TextOf(row[7]), NumberOf(row[8])});
  }
  return out;
}

Result<Version> SelectVersion(Connection& connection, const std::string& district, const std::string& id) {
  auto versions =
      VersionsOf(connection.Run(std::string(kSelectVersions) + " AND v.id = $2" + kOrder, {district, id}), district);
  if (!versions) return tl::unexpected(versions.error());
  if (versions->empty()) {
    return Fail(ErrorKind::kFindings, "unknown-version",
                {fmt::format("没有版本“{}”", id), fmt::format("there is no version '{}'", id)}, id);
  }
  return std::move(versions->front());
}

Result<Version> AddStep(Session& session, const std::string& district, const std::string& id, VersionState state,
                        const std::string& person, int64_t now_ms) {
  if (auto good = CheckName(person); !good) return tl::unexpected(good.error());
  return session.Write([&](Connection& connection) -> Result<Version> {
    const auto found = SelectVersion(connection, district, id);
    if (!found) return found;
    // The database tells names apart byte by byte; people do not.
    if (state == VersionState::kApproved && NameKey(found->author()) == NameKey(person))
      return tl::unexpected(*GuardError("heng:same-person"));
    if (auto done = InsertStep(connection, id, state, person, now_ms); !done) return tl::unexpected(done.error());
    return SelectVersion(connection, district, id);
  });
}

}  // namespace

std::string_view NameOf(VersionState state) { return kStates[static_cast<size_t>(state)]; }

Status Store::AddDeployment(const Deployment& deployment) {
  return parts_->writer.Write(
      [&](Connection& connection) { return InsertDeployment(connection, deployment, parts_->options.digest); });
}

Result<Deployment> Store::FindDeployment(const std::string& district, const std::string& digest) {
  return parts_->reader.Read([&](Connection& connection) { return SelectDeployment(connection, district, digest); });
}

Result<Version> Store::Draft(const Deployment& deployment, Date first_day, std::optional<Date> last_day,
                             const std::string& author) {
  if (auto good = CheckName(author); !good) return tl::unexpected(good.error());
  return parts_->writer.Write([&](Connection& connection) -> Result<Version> {
    if (auto kept = InsertDeployment(connection, deployment, parts_->options.digest); !kept)
      return tl::unexpected(kept.error());
    const int64_t now = parts_->options.now_ms();
    const std::string id = data::NewUlid(static_cast<uint64_t>(now));
    const Value last = last_day ? Value(last_day->ToString()) : Value(std::monostate{});
    const auto done = connection.Run(
        "INSERT INTO versions (id, district, deployment, first_day, last_day) VALUES ($1, $2, $3, $4, $5)",
        {id, deployment.district, deployment.digest, first_day.ToString(), last});
    if (!done) return tl::unexpected(done.error());
    if (auto step = InsertStep(connection, id, VersionState::kDraft, author, now); !step)
      return tl::unexpected(step.error());
    return SelectVersion(connection, deployment.district, id);
  });
}

Result<Version> Store::Approve(const std::string& district, const std::string& id, const std::string& person) {
  return AddStep(parts_->writer, district, id, VersionState::kApproved, person, parts_->options.now_ms());
}

Result<Version> Store::Publish(const std::string& district, const std::string& id, const std::string& person) {
  return AddStep(parts_->writer, district, id, VersionState::kPublished, person, parts_->options.now_ms());
}

Result<Version> Store::Withdraw(const std::string& district, const std::string& id, const std::string& person) {
  return AddStep(parts_->writer, district, id, VersionState::kWithdrawn, person, parts_->options.now_ms());
}

Result<Version> Store::FindVersion(const std::string& district, const std::string& id) {
  return parts_->reader.Read([&](Connection& connection) { return SelectVersion(connection, district, id); });
}

Result<std::vector<Version>> Store::Versions(const std::string& district, const std::string& policy) {
  return parts_->reader.Read([&](Connection& connection) {
    Row parameters = {district};
    if (!policy.empty()) parameters.emplace_back(policy);
    const char* of_policy = policy.empty() ? "" : " AND d.policy = $2";
    return VersionsOf(connection.Run(std::string(kSelectVersions) + of_policy + kOrder, parameters), district);
  });
}

Result<std::vector<std::string>> Store::VersionDistricts() {
  return parts_->reader.Read([](Connection& connection) -> Result<std::vector<std::string>> {
    const auto rows = connection.Run("SELECT DISTINCT district FROM versions ORDER BY district");
    if (!rows) return tl::unexpected(rows.error());
    std::vector<std::string> out;
    for (const Row& row : *rows) out.push_back(TextOf(row[0]));
    return out;
  });
}

Result<int64_t> Store::CountVersionSteps() {
  return parts_->reader.Read([](Connection& connection) -> Result<int64_t> {
    const auto rows = connection.Run("SELECT COUNT(*) FROM version_steps");
    if (!rows) return tl::unexpected(rows.error());
    return NumberOf(rows->front()[0]);
  });
}

Result<std::vector<Version>> Store::InForce(const std::string& district, Date day) {
  auto all = Versions(district);
  if (!all) return all;
  std::vector<Version> out;
  // They come by policy, then by first day: a later one takes the place of an earlier one.
  for (Version& version : *all) {
    if (version.state() != VersionState::kPublished || day < version.first_day) continue;
    if (!out.empty() && out.back().policy == version.policy) out.pop_back();
    out.push_back(std::move(version));
  }
  std::erase_if(out, [day](const Version& version) { return version.last_day && *version.last_day < day; });
  return out;
}

}  // namespace heng::store
