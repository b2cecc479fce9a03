/** How much processor time to spend: this share of one core. */
const share = Number(process.argv[2]);

/** As short as what a server does between two requests, so that it meets the others as the attackers do. */
const REST_MS = 2;

const begin = performance.now();
const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const before = spent();

const burn = (): void => {
  while (spent() - before < share * (performance.now() - begin));
  setTimeout(burn, REST_MS);
};

process.once('disconnect', () => process.exit(0));
process.send?.('ready');
burn();
