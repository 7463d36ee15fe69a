/** Nanoseconds of monotonic time since the run began. */
export type Nanoseconds = number;
