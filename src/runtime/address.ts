/** Where something listens. */
export interface Address {
  host: string;
  port: number;
}

/** What runs in a node: an argument list, never a shell string. */
