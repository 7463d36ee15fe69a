/** Health by a TCP connection: healthy where it can be made. */
import { connect } from 'node:net';
import { messageOf } from '../errors.js';
import type { Address } from '../runtime/runtime.js';
import type { Health, Probe } from './probe.js';

export function tcpProbe({ host, port }: Address): Probe<Health> {
  return {
    name: `connection to ${host}:${port}`,
    look: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const socket = connect({ host, port });
        const end = () => {
          signal.removeEventListener('abort', abort);
          socket.destroy();
        };
        const abort = () => {
          end();
          reject(signal.reason);
        };
        signal.addEventListener('abort', abort, { once: true });
        socket.once('connect', () => {
          end();
          resolve({ healthy: true, detail: 'connected' });
        });
        socket.once('error', (error) => {
          end();
          resolve({ healthy: false, detail: messageOf(error) });
        });
      }),
  };
}
