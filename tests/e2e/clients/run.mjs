// node run.mjs FILE STEP: does one exported step of FILE.mjs with the facts that come as JSON on
// standard input, and prints what it returns as JSON. A step fails by throwing.
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';

const [file, step] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(0, 'utf8'));
try {
  const steps = await import(`./${file}.mjs`);
  const result = await steps[step](facts);
  process.stdout.write(JSON.stringify(result ?? null), () => process.exit(0));
} catch (error) {
  process.stderr.write(`${error.stack ?? inspect(error.response ?? error, { depth: 5 })}\n`, () => process.exit(1));
}
