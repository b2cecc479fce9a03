/** How many metric ids share one zone of start times: `id >> ZONE_BITS` is the zone's number. */
export const ZONE_BITS = 10;
