// Does steps: for each line of standard input, {"file", "step", "facts"}, it runs the exported function
// `step` of FILE.mjs with the facts, and prints {"result"} or {"error"} as a line of JSON.
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';

console.log = console.error;  // standard output is for answers alone
let strays = [];
process.on('unhandledRejection', error => strays.push(error));

const told = error => error.stack ?? inspect(error.response ?? error, { depth: 5 });

async function answer({ file, step, facts }) {
  strays = [];
  try {
    const result = await (await import(`./${file}.mjs`))[step](facts);
    return strays.length ? { error: `nobody waited for: ${strays.map(told).join('\n')}` } : { result: result ?? null };
  } catch (error) {
    return { error: told(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
process.exit(0);
