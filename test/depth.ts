/**
 * How much of what is drawn at random is tried: all of it where a run decides whether a change lands (DRILL_TEST_STRICT, as
 * `.ci/run` sets it), else a fifth of it, which is there within the time that one has between two changes.
 */
const isWhole = process.env.DRILL_TEST_STRICT !== undefined;

export const drawn = (whole: number): number => (isWhole ? whole : whole / 5);
