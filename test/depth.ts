/**
 * How much is tried: all of it where a run decides whether a change lands (DRILL_TEST_STRICT, as `.ci/run` sets it), else
 * what is there within the time that one has between two changes: a fifth of what is drawn at random, and of the drills
 * that ship those that stand for the others.
 */
export const isWhole = process.env.DRILL_TEST_STRICT !== undefined;

export const drawn = (whole: number): number => (isWhole ? whole : whole / 5);
