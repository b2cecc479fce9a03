// The metrics of a session as a table, with what is known of the session beside each of them.
import { Field, Monitor, Sessions } from '@monitor-server/sdk';

const FIELDS = [Field.ITEM, Field.ITEM_VARIANT, Field.MEM_USAGE, Field.RUN_DATE, Field.SCM];
const SESSION = 'deadbeef0badc0ffee';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const session = await monitor.getSession(SESSION);
const metrics = await monitor.listSessionMetrics(SESSION);
const sessions = new Sessions(session === undefined ? [] : [session]);

const table = await metrics.toTable({ sessions, keep: FIELDS });
console.log(table.numRows(), 'rows of', table.columnNames().join(', '));
console.log(table.orderby(Field.RUN_DATE).object());
