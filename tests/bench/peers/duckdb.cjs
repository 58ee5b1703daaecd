// DuckDB on one thread: node duckdb.cjs PEERS IN.ndjson OUT.ndjson RUNS. Decides the lines of IN (integers throughout, so exactly)
// into OUT, then the same as columns in memory into OUT.columns. Prints the medians: {"ndjson": seconds, "columns": seconds}.
const [peers, input, output, runs] = process.argv.slice(2);
const { DuckDBInstance } = require('module').createRequire(peers + '/')('@duckdb/node-api');

const FIELDS = `{id: 'VARCHAR', attributes: 'STRUCT("group" VARCHAR, households BIGINT, area DECIMAL(12,2))',
  inputs: 'STRUCT("2024-07" STRUCT(complaints BIGINT, responded BIGINT, resolved BIGINT, satisfied BIGINT, owners DECIMAL(5,2),
    environment DECIMAL(5,2), city DECIMAL(5,2), sanitation DECIMAL(5,2), safety DECIMAL(5,2), standards DECIMAL(5,2),
    incident BOOLEAN, previous VARCHAR))'}`;
const hundredths = (name) => `(f.${name} * 100)::BIGINT AS ${name}`;
const READ = `SELECT id, attributes.households AS households, f.complaints AS complaints, f.responded AS responded,
  f.resolved AS resolved, f.satisfied AS satisfied, ${['owners', 'environment', 'city', 'sanitation', 'safety', 'standards'].map(hundredths)},
  f.incident AS incident
  FROM (SELECT id, attributes, inputs."2024-07" AS f
        FROM read_json('${input}', format = 'newline_delimited', columns = ${FIELDS}))`;
const decide = (from) => `SELECT id, t, k, CASE k WHEN 0 THEN 30000 WHEN 1 THEN 10000 ELSE 0 END AS award,
    CASE k WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 5 END AS inspections
  FROM (SELECT id, t, CASE WHEN incident THEN 3 WHEN t >= 9000 THEN 0 WHEN t >= 8000 THEN 1 WHEN t >= 6000 THEN 2 ELSE 3 END AS k
    FROM (SELECT id, incident, CASE WHEN n <= 0 THEN 0 ELSE (n + 10 * c) // (20 * c) END AS t
      FROM (SELECT id, incident, c, 14000 * s + c * (4 * owners + 3 * environment + city + sanitation + 2 * (safety + standards)
          - 2000 * CASE WHEN per > 20 * households THEN 10 WHEN per > 10 * households THEN 5 WHEN per > 5 * households THEN 2 ELSE 0 END) AS n
        FROM (SELECT *, complaints * 100 AS per, CASE complaints WHEN 0 THEN 1 ELSE complaints END AS c,
            CASE complaints WHEN 0 THEN 5 ELSE responded + 2 * (resolved + satisfied) END AS s FROM ${from}))))`;
const answer = (from) => `SELECT id, {'总分': {'value': printf('%d.%02d', t // 100, t % 100), 'unit': '分'},
    '颜色': {'value': ['绿', '蓝', '黄', '红'][k + 1]}, '奖励': {'value': award || '.00', 'unit': '元'},
    '检查频次': {'value': inspections::VARCHAR, 'unit': '次/月'}} AS outputs FROM ${from}`;

async function median(work) {
  const seconds = [];
  for (let i = 0; i <= Number(runs); ++i) {
    const begin = process.hrtime.bigint();
    await work();
    seconds.push(Number(process.hrtime.bigint() - begin) / 1e9);
  }
  return seconds.slice(Number(runs) > 1 ? 1 : 0).sort((a, b) => a - b)[Math.floor(Number(runs) / 2)];
}

(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('SET threads = 1');
  const ndjson = await median(() => connection.run(`COPY (${answer(`(${decide(`(${READ})`)})`)}) TO '${output}' (FORMAT json)`));
  await connection.run(`CREATE TABLE facts AS ${READ}`);
  const columns = await median(() => connection.run(`CREATE OR REPLACE TABLE decisions AS ${decide('facts')}`));
  await connection.run(`COPY (${answer('decisions')}) TO '${output}.columns' (FORMAT json)`);
  console.log(JSON.stringify({ ndjson, columns }));
})();
