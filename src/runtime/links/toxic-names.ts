/**
 * The names under which a fault's toxics, and the rules that take their place in packet filters, are on a link:
 *
 *     <fault>_<stream>          a cut          fault-1_upstream
 *     <fault>_<type>_<stream>   a toxic        fault-2_latency_downstream
 */
import type { Stream } from '../../topology/grudge.js';
import type { ToxicChange } from '../world-links.js';

export function cutName(fault: string, stream: Stream): string {
  return `${fault}_${stream}`;
}

export function toxicName(fault: string, { type, stream }: ToxicChange): string {
  return `${fault}_${type}_${stream}`;
}

export function isOf(fault: string, name: string): boolean {
  return name.startsWith(`${fault}_`);
}

/** Whether it meets what is sent to the link's destination. */
export function isUpstream(name: string): boolean {
  return name.endsWith('_upstream');
}
