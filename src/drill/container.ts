/**
 * What a node is made of where it is a container: Compose's keys, by Compose's names.
 *
 *     cache:
 *       image: redis:7
 *       command: [redis-server, --save, ""]
 *       expose: [6379]
 *       healthcheck: { test: [CMD, redis-cli, ping], interval: 500ms, retries: 20 }
 *     web:
 *       build: ./web
 *       depends_on: { cache: { condition: service_healthy } }
 *
 * Commands are argument lists, never shell strings.
 */
import * as z from 'zod';
import {
  argumentList,
  build,
  command,
  dependsOn,
  MOST_PORTS,
  port,
  scalar,
  variables,
} from './container-forms.js';
import { fullForm, interval, parseSize, phrase, refuse } from './units.js';

const group = phrase(/^[A-Za-z0-9_.-]{1,60}$/, 'a group');
const limit = z.int().min(-1);
const bounds = z.strictObject({ soft: limit, hard: limit });
/** One number is both bounds. */
const ulimit = fullForm(z.union([limit, bounds]), bounds, (value) =>
  typeof value === 'number' ? { soft: value, hard: value } : value,
);
const capability = phrase(/^[A-Z][A-Z_]{1,30}$/, 'a Linux capability, such as NET_ADMIN');
const volumeUse = phrase(
  /^(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,60}:\/[^:]{1,200}(?::(?:ro|shared|nocopy)(?:,(?:ro|shared|nocopy))*)?|(?:\/|\.\.?(?:\/|(?=:)))[^:]{0,400}:\/[^:]{1,200}:(?:ro|copy|copy,ro))$/,
  'a named volume and where it is seen, such as data:/var/lib/data, or a file of this machine, to be read or copied, such as ./a.conf:/etc/a.conf:ro or ./data:/data:copy',
);
const peerName = phrase(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  'a name of at most 63 letters, digits, -, _ and ., starting with a letter or a digit',
);
const path = phrase(/^\/[^:]{1,200}$/, 'an absolute path');
const tmpfs = phrase(
  /^\/[^:,]{1,200}(:[a-z]+(=[A-Za-z0-9%]+)?(,[a-z]+(=[A-Za-z0-9%]+)?)*)?$/,
  'an absolute path, with options where needed: /data:size=64m',
);
const size = phrase(/^\d{1,12}[bkmg]$/, 'a size with a unit: b, k, m or g, for example 256m');

const healthTest = argumentList.check((context) => {
  const [first = ''] = context.value;
  const todo = first === 'NONE' ? 'leave the health check out' : 'write [CMD, /bin/sh, -c, "..."]';
  if (first === 'CMD-SHELL' || first === 'NONE') refuse(context, 'CMD and a command', { found: first, todo });
});

const healthcheck = z.strictObject({
  test: healthTest.describe('CMD and a command, whose exit code 0 means healthy'),
  interval: interval.prefault('1s').describe('how often it is asked'),
  timeout: interval.prefault('5s').describe('how long one answer may take'),
  retries: z.int().min(1).max(1000).default(10).describe('so many failures in a row make the node unhealthy'),
  start_period: interval.optional().describe('failures in this time after the start do not count'),
});

/** The keys of a node that make it a container of the user's own. */
export const containerKeys = {
  image: phrase(/^[a-z0-9][A-Za-z0-9._/:@-]{0,250}$/, 'an image, such as redis:7')
    .optional()
    .describe('the image of the node; without one, the drill brings its own'),
  build: build.optional().describe('the recipe of its image, in place of `image`'),
  command: command.optional().describe("what runs, in place of the system's or the image's own"),
  entrypoint: command.optional().describe("what the command is given to, in place of the image's"),
  environment: variables.optional().describe('environment variables'),
  hostname: peerName.optional().describe('what it takes itself for, in place of its name here'),
  aliases: z
    .array(peerName)
    .max(100)
    .optional()
    .describe('other names that it and its peers know it by; one of several nodes leads to each of them'),
  working_dir: path.optional().describe("the folder that it starts in, in place of the image's"),
  init: z
    .boolean()
    .optional()
    .describe("true: the engine's own init is its first process, and passes signals on"),
  depends_on: dependsOn
    .optional()
    .describe('who must have started, or be healthy, before it starts the first time'),
  user: phrase(/^[A-Za-z0-9_.-]{1,60}(:[A-Za-z0-9_.-]{1,60})?$/, 'a user or user:group')
    .optional()
    .describe('whom it runs as'),
  group_add: z.array(group).max(100).optional().describe('further groups of its processes'),
  volumes: z
    .array(volumeUse)
    .max(200)
    .optional()
    .describe(
      'named volumes of the node, kept over its restarts and gone with the run (`shared`: of all nodes that say so; `nocopy`: without what the image has there); files and folders of this machine, to be read (`ro`) or copied (`copy`)',
    ),
  files: z
    .record(path, z.string().max(1_000_000))
    .optional()
    .describe('files with these texts, made in the container before it starts'),
  tmpfs: z.array(tmpfs).max(200).optional().describe('folders in memory, with options: /data:size=64m'),
  expose: z
    .array(port)
    .min(1)
    .max(MOST_PORTS)
    .optional()
    .describe(
      'the ports that its peers and clients dial, the first is the one that counts; those that the image exposes where left out',
    ),
  healthcheck: healthcheck
    .optional()
    .describe('how it is known to be ready; the drill does not begin before'),
  cap_add: z.array(capability).max(40).optional().describe('Linux capabilities to add'),
  sysctls: z
    .record(phrase(/^[a-z0-9_.-]{3,100}$/, 'the name of a sysctl'), scalar)
    .optional()
    .describe('kernel settings of its own namespaces'),
  ulimits: z
    .record(phrase(/^[a-z]{1,30}$/, 'the name of a limit, such as nofile'), ulimit)
    .optional()
    .describe('limits of its processes'),
  shm_size: size.optional().describe('the size of /dev/shm, such as 256m'),
  stop_signal: phrase(/^(?:SIG)?[A-Z][A-Z0-9+-]{1,20}$|^\d{1,2}$/, 'a signal, such as SIGQUIT')
    .optional()
    .describe("what `stop` asks it to end with, in place of the image's"),
  mem_limit: size.optional().describe('the most memory, such as 256m'),
  cpus: z.number().min(0.01).max(512).optional().describe('the most processors, such as 0.5'),
};

const containerSpec = z.object(containerKeys);
export type ContainerSpec = z.output<typeof containerSpec>;

/** Whether a node is made of an image of the user's own. */
export function hasOwnImage({ image, build }: Pick<ContainerSpec, 'image' | 'build'>): boolean {
  return image !== undefined || build !== undefined;
}

/** One of a node's `volumes`. */
export interface VolumeUse {
  source: string;
  /** Where it is seen in the container. */
  target: string;
  isReadOnly: boolean;
  /** Whether it begins empty (`nocopy`), and not with what the image has in its place. */
  isBare: boolean;
  /**
   * A volume of the node's `own`, or one that is `shared` by the nodes that say so; a file or folder of this machine that
   * is `seen` as it is, or a `copy` of it, where that of a folder is one for all nodes that copy it.
   */
  kind: 'own' | 'shared' | 'seen' | 'copy';
}

export function volumeUseOf(text: string): VolumeUse {
  const [source = '', target = '', access = ''] = text.split(':');
  const words = access.split(',');
  const ofThisMachine = /^[./]/.test(source);
  const kind = ofThisMachine
    ? words.includes('copy')
      ? 'copy'
      : 'seen'
    : words.includes('shared')
      ? 'shared'
      : 'own';
  return { source, target, isReadOnly: words.includes('ro'), isBare: words.includes('nocopy'), kind };
}

/** The folders in memory of a node, each with its options as the engine takes them. */
export function tmpfsOf({ tmpfs = [] }: Pick<ContainerSpec, 'tmpfs'>): Map<string, string> {
  return new Map(tmpfs.map((use): [string, string] => [use.split(':')[0]!, use.split(':')[1] ?? '']));
}

/** The size in bytes that a folder of a node is limited to; undefined where it is not a tmpfs with a size. */
export function limitedTo(node: Pick<ContainerSpec, 'tmpfs'>, folder: string): number | undefined {
  const [, size = ''] = /(?:^|,)size=(\d+[kmg]?)(?:,|$)/.exec(tmpfsOf(node).get(folder) ?? '') ?? [];
  return parseSize(/\d$/.test(size) ? `${size}b` : size);
}

/** Which of a node's keys need a container. */
export function containerKeysOf(node: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(containerKeys).filter((key) => node[key] !== undefined);
}
