// Median and maximum of each test of a component, with the verbs of arquero.
import { desc, op } from 'arquero';
import { Field, Monitor } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const metrics = await monitor.listComponentMetrics('component_1');
const table = await metrics.toTable();
const summary = table
  .groupby(Field.ITEM)
  .rollup({ n: op.count(), median: op.median(Field.TOTAL_TIME), max: op.max(Field.TOTAL_TIME) })
  .orderby(desc('median'));
console.log(summary.toCSV());
