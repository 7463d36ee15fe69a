/** The answers of the HTTP API: what a route returns, before it is sent. */
import { isError } from '../errors.js';
import { ApiError } from './api-error.js';
import { encodeObject, encodeText, type JsonText } from './json/encode.js';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function json(status: number, body: JsonText, type = 'application/json'): Reply {
  return { status, headers: { 'Content-Type': type }, body };
}

export function empty(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: '' };
}

/** A text as Go's `http.Error` sends it. */
export function plain(status: number, text: string): Reply {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  return { status, headers, body: `${text}\n` };
}

/** The fields of an error, `error` and `status`. What is no `ApiError` has the status 500. */
export function errorFields(error: unknown): { status: number; fields: [string, JsonText][] } {
  const status = error instanceof ApiError ? error.status : 500;
  const message = isError(error) ? error.message : String(error);
  return {
    status,
    fields: [
      ['error', encodeText(message)],
      ['status', String(status)],
    ],
  };
}

/** JSON, though labelled as text: that is how Toxiproxy sends it. */
export function errorReply(error: unknown): Reply {
  const { status, fields } = errorFields(error);
  return plain(status, encodeObject(fields));
}
