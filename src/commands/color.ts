/** Whether output may have colours. */

/**
 * FORCE_COLOR decides by itself, as with Node's own: 0 and false forbid colours, anything else wants them. Then NO_COLOR
 * forbids them, and elsewhere they go to terminals that can show them, outside of CI.
 */
export function mayColor(env: Readonly<Record<string, string | undefined>>, terminal: boolean): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR']) return false;
  return terminal && env['CI'] !== 'true' && env['TERM'] !== 'dumb';
}
