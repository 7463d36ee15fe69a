/**
 * The drill file that `drill init --compose` writes: one about the services of a Compose file, that asks them for what any
 * web service answers. What cannot be known from there is told in comments.
 */
import { parse } from 'yaml';
import { boundedFile } from '../bounded-file.js';
import { messageOf, UsageError } from '../errors.js';

type Values = Readonly<Record<string, unknown>>;

const MOST_BYTES = 1_000_000;

/** The text; `path` is where the Compose file is, `from` how the drill file names it. Throws a `UsageError` for none. */
export function composeStarter(path: string, from: string): string {
  const services = servicesOf(path);
  const needed = new Set(Object.values(services).flatMap(neededBy));
  const names = Object.keys(services);
  const outer = names.filter((name) => !needed.has(name));
  const web = outer.find((name) => portOf(services[name]) !== undefined) ?? outer[0] ?? names[0] ?? '';
  const victim = names.find((name) => name !== web) ?? web;
  const port = portOf(services[web]);
  return `# What this drill measures: for how long clients of ${web} go without it when ${victim} dies.
#
#   drill validate FILE     is it right?
#   drill doctor FILE       is there all that it needs?
#   drill run FILE          run it, on containers
name: my-stack
about: Clients of ${web} get over the loss of ${victim}.

topology:
  compose: ${JSON.stringify(from)}      # its services are the nodes; it stays as it is
  nodes:
    ${web}: { role: primary }      # whom clients dial; the other services are dependencies of it
  system:
    http:
      port: ${port ?? 8080}${port === undefined ? '      # which one it listens on, the file does not say' : ''}
      read: { request: GET / }      # any 2xx is an answer; better: "GET /items/{key}"
      # With a write, losses are seen, too: then drop \`workload\`, wait for \`recovered\`, and expect \`lost_writes: 0\`.
      # write: { request: "PUT /items/{key}", body: "{value}", fail_on: [503] }
      # ready: GET /ready            # 2xx: it can serve

clients:
  app: { count: 2, rate: 20/s }
workload: { type: register, writes: 0% }

steps:
  - wait: 1s
  - kill: ${victim}
  - wait: 1s
  - restart: killed
  - wait: steady

expect:
  outage: { app: <= 15s }
  availability: { app: ">= 30%" }
`;
}

function servicesOf(path: string): Readonly<Record<string, Values>> {
  const wrong = (found: string) =>
    new UsageError({
      where: path,
      expected: 'a Compose file with services',
      found,
      todo: 'name one with --compose',
    });
  const file = boundedFile(path, MOST_BYTES);
  if ('found' in file) throw wrong(file.found);
  let value: unknown;
  try {
    value = parse(file.bytes.toString(), { merge: true });
  } catch (error) {
    throw wrong(messageOf(error));
  }
  const services = mapOf(mapOf(value)?.['services']);
  const all = Object.entries(services ?? {}).map(([name, service]) => [name, mapOf(service) ?? {}] as const);
  // A name that YAML would take for something else is none that can be written down as it stands.
  const named = all.filter(([name]) => /^[A-Za-z][\w.-]*$/.test(name));
  if (named.length === 0) throw wrong('none');
  return Object.fromEntries(named);
}

function mapOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}

/** The services that a service needs. */
function neededBy({ depends_on: needs }: Values): string[] {
  return Array.isArray(needs) ? needs.map(String) : Object.keys(mapOf(needs) ?? {});
}

/** The port in the container that is published first, or exposed: `"${WEB_PORT:-8080}:80"` has 80. */
function portOf(service: Values | undefined): number | undefined {
  for (const ports of [service?.['ports'], service?.['expose']]) {
    const [first] = Array.isArray(ports) ? ports : [];
    const [, digits] = /(\d+)(?:\/tcp)?$/.exec(String(mapOf(first)?.['target'] ?? first ?? '')) ?? [];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}
