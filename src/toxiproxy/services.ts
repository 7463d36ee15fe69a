/** Names of TCP services, looked up as Go does: those that it knows by itself, and the machine's own list. */
import { readFileSync } from 'node:fs';

const KNOWN: Readonly<Record<string, number>> = {
  domain: 53,
  ftp: 21,
  ftps: 990,
  gopher: 70,
  http: 80,
  https: 443,
  imap2: 143,
  imap3: 220,
  imaps: 993,
  pop3: 110,
  pop3s: 995,
  smtp: 25,
  submission: 587,
  ssh: 22,
  telnet: 23,
};

let services: ReadonlyMap<string, number> | undefined;

/** The port of a service, by its name in whichever case, or by another name that it has; undefined where none has it. */
export function portOfService(name: string): number | undefined {
  services ??= new Map([...Object.entries(KNOWN), ...listedServices(readList())]);
  return services.get(name.toLowerCase());
}

/** What a list in the form of /etc/services has: `NAME PORT/tcp [OTHER NAME...]  # comment`. */
export function listedServices(text: string): [string, number][] {
  return text.split('\n').flatMap((line) => {
    const [name, place = '', ...others] = line.replace(/#.*/, '').trim().split(/\s+/);
    const port = /^(\d+)\/tcp$/.exec(place)?.[1];
    if (name === undefined || Number(port ?? 0) === 0) return [];
    return [name, ...others].map((known): [string, number] => [known, Number(port)]);
  });
}

function readList(): string {
  try {
    return readFileSync('/etc/services', 'utf8');
  } catch {
    return '';
  }
}
