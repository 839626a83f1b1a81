// The same as fhirpath_bench.cpp for the engine of npm, compiled once, parsed objects in memory:
// node fhirpath_bench.js ENGINE EXPRESSIONS FOLDER SECONDS
'use strict';
const fs = require('fs');
const path = require('path');

const [engine, expressions, folder, seconds] = process.argv.slice(2);
const fhirpath = require(path.resolve(engine));
const model = require(path.resolve(engine, 'fhir-context/r4'));

const filesMax = 40;
const bytesMax = 200000;

function examplesOf(type) {
  const resources = [];
  for (const name of fs.readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (!name.startsWith(type + '-') || !name.endsWith('.json')) continue;
    if (fs.statSync(file).size > bytesMax) continue;
    const resource = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (resource.resourceType === type) resources.push(resource);
    if (resources.length === filesMax) break;
  }
  return resources;
}

for (const line of fs.readFileSync(expressions, 'utf8').split('\n')) {
  const tab = line.indexOf('\t');
  if (line.startsWith('#') || tab < 0) continue;
  const expression = line.slice(tab + 1);
  const resources = examplesOf(line.slice(0, tab));
  const evaluate = fhirpath.compile(expression, model);
  const round = () => {
    let items = 0;
    for (const resource of resources) items += evaluate(resource, { resource }).length;
    return items;
  };
  const items = round();
  let best = Infinity;
  for (let repeat = 0; repeat < 4; ++repeat) {  // the first warms up
    let rounds = 0;
    const start = process.hrtime.bigint();
    let spent = 0;
    while (spent < Number(seconds)) {
      round();
      ++rounds;
      spent = Number(process.hrtime.bigint() - start) / 1e9;
    }
    if (repeat > 0) best = Math.min(best, spent / (rounds * resources.length));
  }
  console.log(JSON.stringify({ expression, resources: resources.length, items, ns: best * 1e9 }));
}
