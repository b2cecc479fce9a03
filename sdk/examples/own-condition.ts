// Sessions that meet a condition of one's own: here, those that started after a date.
import { Monitor, type Session } from '@monitor-server/sdk';

const REFERENCE = new Date('2021-01-01');

function isRecent(session: Session): boolean {
  return session.startDate > REFERENCE;
}

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const sessions = await monitor.listSessions();
const recent = sessions.filterWith(isRecent);
console.log(`${recent.size} of ${sessions.size} sessions are recent`);

// For a date there is no need to read the others at all.
console.log((await monitor.listSessions({ since: REFERENCE })).size, 'are read where the server filters');
