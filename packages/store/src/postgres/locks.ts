// Advisory locks of the database, each held until its transaction ends. The numbers are ours alone, and arbitrary.

/** Held from right before metrics are inserted, so that their ids become visible in their order. */
export const INSERT_LOCK = 7_309_851_001;

/** Held by whoever folds. */
export const FOLD_LOCK = 7_309_851_002;

/** Held by whoever removes metrics that are too old; taken before that of the folds. */
export const RETENTION_LOCK = 7_309_851_004;

/** Held by whoever changes the schema. */
export const MIGRATION_LOCK = 7_309_851_003;
