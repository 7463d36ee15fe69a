/** The capabilities that a service asks for. Those that open the machine are for the drill file to ask for, by name. */
import { found, type Path } from '../problem.js';
import type { ServiceContext, Values } from './context.js';

/** With one of these a node reaches out of its container: at other processes, files, devices or the kernel. */
const OPENING: readonly string[] = [
  'ALL',
  'BPF',
  'CHECKPOINT_RESTORE',
  'DAC_READ_SEARCH',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'PERFMON',
  'SYSLOG',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_TIME',
];

export function capabilitiesOf(value: unknown, path: Path, { refuse, name }: ServiceContext): Values {
  for (const [index, entry] of (Array.isArray(value) ? value : []).entries()) {
    const capability = String(entry).toUpperCase().replace(/^CAP_/, '');
    if (!OPENING.includes(capability)) continue;
    refuse([...path, index], {
      expected: 'capabilities that stay within the container',
      found: found(entry),
      todo: `leave it out, or give ${name} its \`cap_add\` in the drill file, where it is asked for by name`,
    });
  }
  return { cap_add: value };
}
