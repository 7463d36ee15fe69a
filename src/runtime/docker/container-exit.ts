/** How a container's process ended, in words. */
import { constants } from 'node:os';

/** How one life of a container ended, by what the engine told. */
export interface Exit {
  detail: string;
  at: number;
}

/** An exit code above 128 is a signal's number, as shells and engines have it. */
export function describeExit(code: number, outOfMemory: boolean): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  const detail = signal ? describeSignal(signal as NodeJS.Signals) : `exit code ${code}`;
  return outOfMemory ? `${detail}, out of memory` : detail;
}

export function describeSignal(signal: NodeJS.Signals): string {
  return `signal ${signal} (${constants.signals[signal]})`;
}
