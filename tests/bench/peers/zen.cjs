// GoRules ZEN: node zen.cjs PEERS IN.ndjson OUT.ndjson RUNS. Decides each line of IN, one call each, into OUT; and looks up the first,
// middle and last row of a decision table of 3,000. Prints the medians of one call in seconds:
// {"single": s, "table": [first, middle, last]}.
const fs = require('fs');
const [peers, input, output, runs] = process.argv.slice(2);
const { ZenEngine } = require('module').createRequire(peers + '/')('@gorules/zen-engine');

const graph = (node) => ({
  nodes: [{ id: 'in', type: 'inputNode', name: 'in' }, { id: 'rule', name: 'rule', ...node }, { id: 'out', type: 'outputNode', name: 'out' }],
  edges: [{ id: '1', sourceId: 'in', targetId: 'rule' }, { id: '2', sourceId: 'rule', targetId: 'out' }],
});

const EXPRESSIONS = {
  a: 'complaints == 0 ? 1 : responded / complaints',
  b: 'complaints == 0 ? 1 : resolved / complaints',
  s: 'complaints == 0 ? 1 : satisfied / complaints',
  h: 'complaints * 100 / households',
  d: '$.h > 20 ? 10 : $.h > 10 ? 5 : $.h > 5 ? 2 : 0',
  x: '0.35 * (20 * $.a + 40 * $.b + 40 * $.s) + 0.2 * owners + 0.15 * environment + 0.05 * city + 0.05 * sanitation' +
    ' + 0.1 * safety + 0.1 * standards - $.d',
  t: 'floor(max([$.x, 0]) * 100 + 0.5)',
  k: 'incident ? 3 : $.t >= 9000 ? 0 : $.t >= 8000 ? 1 : $.t >= 6000 ? 2 : 3',
  award: '$.k == 0 ? 30000 : $.k == 1 ? 10000 : 0',
  inspections: '$.k == 0 ? 0 : $.k == 1 ? 1 : $.k == 2 ? 3 : 5',
};
const RULE = graph({
  type: 'expressionNode',
  content: { expressions: Object.entries(EXPRESSIONS).map(([key, value]) => ({ id: key, key, value })) },
});
const ROWS = 3000;
const TABLE = graph({
  type: 'decisionTableNode',
  content: {
    hitPolicy: 'first',
    inputs: [{ id: 'x', field: 'x', name: 'x' }],
    outputs: [{ id: 'y', field: 'y', name: 'y' }],
    rules: Array.from({ length: ROWS }, (_, i) => ({ _id: `r${i}`, x: `[${i}..${i + 1})`, y: `${(i * 7919) % 10007}` })),
  },
});

async function median(times, work) {
  const seconds = [];
  for (let i = 0; i <= Number(runs); ++i) {
    const begin = process.hrtime.bigint();
    for (let j = 0; j < times; ++j) await work(j);
    seconds.push(Number(process.hrtime.bigint() - begin) / 1e9 / times);
  }
  return seconds.slice(Number(runs) > 1 ? 1 : 0).sort((a, b) => a - b)[Math.floor(Number(runs) / 2)];
}

(async () => {
  const engine = new ZenEngine();
  const facts = fs.readFileSync(input, 'utf8').trim().split('\n').map((line) => {
    const { id, attributes, inputs } = JSON.parse(line);
    return { id, ...attributes, ...inputs['2024-07'] };
  });
  const rule = engine.createDecision(Buffer.from(JSON.stringify(RULE)));
  const results = [];
  const single = await median(facts.length, async (i) => { results[i] = (await rule.evaluate(facts[i])).result; });
  fs.writeFileSync(output, results.map((r, i) => JSON.stringify({
    id: facts[i].id,
    outputs: {
      总分: { value: (Number(r.t) / 100).toFixed(2), unit: '分' }, 颜色: { value: ['绿', '蓝', '黄', '红'][r.k] },
      奖励: { value: `${r.award}.00`, unit: '元' }, 检查频次: { value: String(r.inspections), unit: '次/月' },
    },
  }) + '\n').join(''));
  const table = engine.createDecision(Buffer.from(JSON.stringify(TABLE)));
  const times = [];
  for (const row of [0, ROWS / 2, ROWS - 1]) {
    const { result } = await table.evaluate({ x: row + 0.5 });
    if (Number(result.y) !== (row * 7919) % 10007) throw new Error(`row ${row} gives ${JSON.stringify(result)}`);
    times.push(await median(Number(runs) > 1 ? 300 : 3, () => table.evaluate({ x: row + 0.5 })));
  }
  console.log(JSON.stringify({ single, table: times }));
})();
