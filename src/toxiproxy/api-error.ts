/** What the HTTP API answers with when it cannot do what it was asked: Toxiproxy's own errors and statuses. */

/** An error with a status code of its own. Its message is the `error` field of the body, byte for byte. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export const badRequestBody = (why: string) => new ApiError(`bad request body: ${why}`, 400);
export const bodyTooLarge = () => new ApiError('http: request body too large', 413);
export const missingField = (field: string) => new ApiError(`missing required field: ${field}`, 400);
export const invalidToxicType = () => new ApiError('invalid toxic type', 400);
export const invalidStream = () =>
  new ApiError('stream was invalid, can be either upstream or downstream', 400);
export const proxyNotFound = () => new ApiError('proxy not found', 404);
export const toxicNotFound = () => new ApiError('toxic not found', 404);
export const proxyAlreadyExists = () => new ApiError('proxy already exists', 409);
export const toxicAlreadyExists = () => new ApiError('toxic already exists', 409);
