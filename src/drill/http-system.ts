/**
 * A system of the user's own that is spoken to over HTTP, told in the drill file:
 *
 *     http:
 *       port: 8080
 *       ready: GET /ready
 *       role: { request: GET /role, primary_when: { json: role, equals: leader } }
 *       write: { request: "PUT /items/{key}", body: "{value}", fail_on: [409, 503] }
 *       read: { request: "GET /items/{key}", absent_on: [404] }
 *       promote: POST /admin/promote
 *
 * `{key}` and `{value}` stand for what an operation reads or writes.
 */
import * as z from 'zod';
import type { OperationType } from '../history/operation-type.js';
import { phrase } from './units.js';

const request = phrase(
  /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/[^\s]{0,500}$/,
  'a method and a path, such as GET /items/{key}',
);
const status = z.int().min(200).max(599);
const statuses = z.array(status).max(100);
const field = phrase(/^[^\s.]+(\.[^\s.]+)*$/, 'a field of a JSON answer, such as role or node.role');

const primaryWhen = z.union(
  [
    z.strictObject({
      json: field.describe('a field of the JSON answer...'),
      equals: z
        .union([z.string(), z.number(), z.boolean()])
        .describe('...and what it holds where the node is primary'),
    }),
    z.strictObject({ status: status.describe('the status with which a primary answers') }),
  ],
  { error: 'a map such as { json: role, equals: leader } or { status: 200 }' },
);

export const httpSystem = z.strictObject({
  port: z.int().min(1).max(65_535).describe('where the nodes that clients dial listen'),
  headers: z
    .record(
      phrase(/^[A-Za-z0-9-]{1,100}$/, 'the name of a header'),
      phrase(/^[\t\x20-\x7e\x80-\xff]{0,2000}$/, 'what a header can hold, on one line'),
    )
    .optional()
    .describe('headers of every request'),
  live: request.optional().describe('answers with 2xx where the process is alive'),
  ready: request.optional().describe('answers with 2xx where the node can serve, or take over'),
  role: z
    .strictObject({
      request,
      primary_when: primaryWhen.describe('what of the answer says that the node is primary'),
    })
    .optional()
    .describe('asks a node for its role; without it, the one with `role: primary` stays it'),
  write: z
    .strictObject({
      request,
      body: z.string().max(10_000).default('{value}').describe('the body of a write'),
      fail_on: statuses
        .default([])
        .describe('statuses by which the write surely was not done; others leave it in doubt'),
    })
    .optional()
    .describe('writes a value; 2xx acknowledges it'),
  read: z
    .strictObject({
      request,
      json: field.optional().describe('the field of the JSON answer that holds the value'),
      absent_on: statuses.default([404]).describe('statuses that say that nothing is there'),
    })
    .describe('reads a value'),
  promote: request
    .optional()
    .describe('makes the node that it is sent to the primary, for a switchover or a failback'),
});
export type HttpSystemSpec = z.output<typeof httpSystem>;

/** What such a system can be asked for. */
export function httpOperations({ write }: HttpSystemSpec): OperationType[] {
  return write ? ['read', 'write'] : ['read'];
}
