/** `postgresql://…` as PostgreSQL and SQLAlchemy write it, maybe with a driver: `postgresql+psycopg2://…`. */
const POSTGRES = /^postgres(?:ql)?(?:\+\w+)?:\/\//i;

/** Whether it is the address of a PostgreSQL database. */
export function isPostgres(address: string): boolean {
  return POSTGRES.test(address);
}

/** The address as PostgreSQL itself knows it. */
export function withoutDriver(address: string): string {
  return address.replace(POSTGRES, 'postgresql://');
}

/** An address as it may be shown: without the password in it. */
export function withoutPassword(address: string): string {
  return address.replace(/^([\w+]+:\/\/[^/?#:]*):.*@/, '$1@');
}
