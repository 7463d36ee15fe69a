/** The JSON Schema of drill files, for editors: `drill schema > drill.schema.json`. */

import * as z from 'zod';
import type { Parts } from './parts.js';
import { drillSchema } from './schema.js';
import { fullForms } from './short-form.js';

type Json = z.core.JSONSchema.BaseSchema;

/** JSON Schema (draft 2020-12) of what a drill file may hold. */
export function drillJsonSchema(parts: Parts): Json {
  const { $schema, ...schema } = inputSchema(drillSchema(parts));
  return { $schema, title: 'failover-drill', description: 'A failover drill', ...schema } as Json;
}

function inputSchema(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      const form = fullForms.get(zodSchema);
      if (!form) return;
      const { $schema: _, ...full } = inputSchema(form.full);
      const { description, default: byDefault } = jsonSchema;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      if (description !== undefined) jsonSchema.description = description;
      if (byDefault !== undefined) jsonSchema.default = byDefault;
      jsonSchema.anyOf = [full.properties?.[form.key] as Json, full];
    },
  });
}
