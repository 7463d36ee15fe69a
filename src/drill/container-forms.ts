/**
 * Compose's long and short forms of one key, which come to the same:
 *
 *     command: redis-server --save ""        command: [redis-server, --save, ""]
 *     environment: [LEVEL=3]                 environment: { LEVEL: 3 }
 *     depends_on: [db]                       depends_on: { db: { condition: service_started } }
 *     build: ./web                           build: { context: ./web }
 *
 * The program only ever sees the forms on the right.
 */
import * as z from 'zod';
import { fullForm, phrase, refuse } from './units.js';
import { splitWords } from './words.js';

const A_COMMAND =
  'a list of arguments, such as [redis-server, --port, "6379"], or a text that splits into them';

/** As long as a script may be that stands in a command or a variable. */
const MOST_SIGNS = 32_000;

/** Arguments, never for a shell. */
export const argumentList = z
  .array(z.string({ error: 'a text' }).max(MOST_SIGNS), { error: A_COMMAND })
  .min(1)
  .max(1000);

const commandText = z
  .string({ error: A_COMMAND })
  .max(MOST_SIGNS)
  .check((context) => {
    const split = splitWords(context.value);
    const todo = 'write a list, such as [sh, -c, "..."] where a shell is meant';
    if ('error' in split)
      refuse(context, 'a command that splits into arguments', { found: split.error, todo });
  });

export const command = fullForm(z.union([commandText, argumentList]), argumentList, (value) => {
  if (typeof value !== 'string') return value;
  const split = splitWords(value);
  return 'words' in split ? split.words : [];
});

/** What a variable, a build argument or a kernel setting can be. */
export const scalar = z.union([z.string().max(MOST_SIGNS), z.number(), z.boolean()]);
/** With dots and dashes: `discovery.type` is a variable of Elasticsearch's image. */
const variable = phrase(/^[A-Za-z_][A-Za-z0-9_.-]{0,200}$/, 'the name of a variable');
const assignment = phrase(/^[A-Za-z_][A-Za-z0-9_.-]{0,200}=[\s\S]*$/, 'NAME=value');

/** Variables by name, or `NAME=value` one by one. */
export const variables = fullForm(
  z.union([z.record(variable, scalar), z.array(assignment).max(1000)]),
  z.record(z.string(), scalar),
  (value) => {
    if (!Array.isArray(value)) return value;
    return Object.fromEntries(value.map((one) => /^([^=]*)=([\s\S]*)$/.exec(one)!.slice(1)));
  },
);

/** How many ports a node may have: each of them is a link of its own to every peer. */
export const MOST_PORTS = 100;

const portNumber = z.int().min(1).max(65_535);
const A_PORT = 'a port, such as 6379';

/** A port; Compose's files often have it as a text. */
export const port = fullForm(
  z.union([portNumber, phrase(/^[1-9]\d{0,4}$/, A_PORT)], { error: A_PORT }),
  portNumber,
  Number,
);

const A_FOLDER = 'a folder with a Dockerfile';
const path = z.string({ error: A_FOLDER }).min(1).max(1000);

const recipe = z.strictObject({
  context: path.describe('the folder that is built, relative to the file that names it'),
  dockerfile: path.optional().describe('the recipe in that folder, Dockerfile where left out'),
  dockerfile_inline: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .describe('the recipe itself, in place of one in the folder'),
  args: variables.optional().describe('arguments of the recipe'),
  target: z.string().min(1).max(200).optional().describe('the stage of the recipe to stop at'),
});
export type Recipe = z.output<typeof recipe>;

/** A folder with a recipe; the folder alone, or with more about it. */
export const build = fullForm(z.union([path, recipe]), recipe, (value) =>
  typeof value === 'string' ? { context: value } : value,
);

const dependency = z.strictObject({
  condition: z
    .enum(['service_started', 'service_healthy', 'service_completed_successfully'])
    .default('service_started')
    .describe(
      'service_started: its process exists; service_healthy: its health check has passed; service_completed_successfully: it has ended with exit code 0',
    ),
});

/** Who must be there before the node starts. */
export const dependsOn = fullForm(
  z.union([z.array(z.string()).max(200), z.record(z.string(), dependency)]),
  z.record(z.string(), dependency),
  (value) => (Array.isArray(value) ? Object.fromEntries(value.map((name) => [name, {}])) : value),
);
