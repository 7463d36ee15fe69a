/** Where something listens. */
export interface Address {
  host: string;
  port: number;
}
