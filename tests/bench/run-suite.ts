/** One suite in a process of its own: `node run-suite.ts <suite> [short]`, started with an IPC channel that gets the figures. */
import { BenchStage } from './bench-stage.ts';
import { isSuiteName, suites } from './suites.ts';

const name = process.argv[2];
if (!isSuiteName(name)) throw new Error(`no suite ${String(name)}`);
const stage = await BenchStage.create(name, process.argv[3] === 'short');
const end = (code: number): void => {
  void stage.close().finally(() => process.exit(code));
};
process.once('SIGTERM', () => end(143));
process.once('SIGINT', () => end(130));
// The bench is gone: nobody waits for figures any more.
process.once('disconnect', () => end(1));

try {
  const measure = await suites[name]();
  const figures = await measure(stage);
  process.send?.(figures, () => end(0));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  end(1);
}
