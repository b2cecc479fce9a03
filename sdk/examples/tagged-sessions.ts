// Sessions by their tags: those that have one, and those of them where another has a certain value.
import { Monitor } from '@monitor-server/sdk';

const monitor = new Monitor(process.argv[2] ?? 'http://localhost:8181');

const tagged = await monitor.listSessions({ withTags: ['my_tag'] });
const withNumpy118 = await monitor.listSessions({
  withTags: ['my_tag'],
  restrictFlags: { numpy: '118' },
  method: 'match_all',
});

console.log(tagged.size, 'sessions have my_tag:', [...tagged.keys()].join(', '));
console.log(withNumpy118.size, 'of them with numpy 118:', [...withNumpy118.keys()].join(', '));
