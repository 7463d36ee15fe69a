/**
 * The programs by which packets are filtered in a container's network: from this machine, as root, so that no
 * container needs a capability for it. And whether that can be done here.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type Clock, within } from '../../clock.js';
import { EnvironmentError, messageOf } from '../../errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How long one of them may take, ms; it takes some ten. */
const PATIENCE = 10_000;
/** Where they lie, which is not on the PATH of every user. */
const FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];
/** `unshare` makes the network in which is tried whether the kernel knows our rules. */
const TOOLS = ['nsenter', 'unshare', 'iptables-restore', 'iptables-save'] as const;

/** A rule of each kind that a filter will hold. */
const TRIAL = `*filter
:TRIAL - [0:0]
-A TRIAL -m conntrack --ctstate INVALID,UNTRACKED
-A TRIAL -s 192.0.2.1 -m mac ! --mac-source 02:00:00:00:00:01 -m comment --comment "one two" -j DROP
-A TRIAL -p tcp --tcp-flags RST RST -m conntrack --ctdir REPLY -j REJECT --reject-with tcp-reset
-A TRIAL ! -p tcp -j REJECT --reject-with icmp-port-unreachable
-A TRIAL -p tcp --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 1 -j DROP
COMMIT
*nat
:TRIAL - [0:0]
-A TRIAL -d 192.0.2.1 -p tcp -j DNAT --to-destination 192.0.2.2
-A TRIAL -d 192.0.2.2 -p tcp --dport 1 -j REDIRECT --to-ports 2
COMMIT
`;

/** Why packets cannot be filtered here, in words; undefined where they can. */
export async function lackOfPacketFilters(
  environment: Environment,
  clock: Clock,
): Promise<string | undefined> {
  if (process.platform !== 'linux')
    return `${process.platform}, where containers have no network of this machine`;
  if (process.geteuid?.() !== 0) return 'a runner that is not root, which may not enter containers’ networks';
  const folders = pathOf(environment).split(delimiter);
  const there = await Promise.all(TOOLS.map((tool) => isIn(folders, tool)));
  const missing = TOOLS.filter((_, at) => !there[at]);
  if (missing.length > 0) return `no ${missing.join(', no ')} (packages util-linux and iptables)`;
  return runTool(['unshare', '--net', 'iptables-restore', '--noflush'], TRIAL, environment, clock).then(
    () => undefined,
    (error: unknown) => `a kernel that does not take our rules: ${messageOf(error)}`,
  );
}

/** Runs one of them to its end. Rejects, with what it complained of, where that is no success. */
async function runTool(
  [file = '', ...args]: readonly string[],
  input: string,
  environment: Environment,
  clock: Clock,
): Promise<void> {
  await within(clock, PATIENCE, file, async (signal) => {
    const child = spawn(file, args, { env: toolEnvironment(environment), signal, killSignal: 'SIGKILL' });
    let complaint = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    // One that ends before it has read everything says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new EnvironmentError(`${complaint.trim() || 'no word'} (exit code ${code})`);
  });
}

/** The environment that one of them is started in. */
export function toolEnvironment(environment: Environment): Record<string, string | undefined> {
  return { ...environment, PATH: pathOf(environment) };
}

function pathOf(environment: Environment): string {
  return [environment['PATH'], ...FOLDERS].filter(Boolean).join(delimiter);
}

async function isIn(folders: readonly string[], name: string): Promise<boolean> {
  const found = folders.map((folder) => access(join(folder, name), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}
