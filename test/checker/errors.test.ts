import { describe, expect, it } from 'vitest';
import { Building, failover } from './build.js';
import { find } from './find.js';

const errorsOf = (expect: Record<string, unknown>) => find(failover({ expect }).history(), 'errors');

describe('errors', () => {
  it('are the operations that failed or were not answered, as a share', () => {
    expect(errorsOf({ errors: '<= 18%' })).toMatchObject({ verdict: 'pass', actual: '17.50%' });
    const strict = errorsOf({ errors: { app: '<= 17%' } });
    expect(strict).toMatchObject({ verdict: 'fail', expected: 'app <= 17%', actual: 'app 17.50%' });
    expect(strict.evidence).toHaveLength(10);
  });

  it('are counted where that is asked for', () => {
    expect(errorsOf({ errors: { count: '<= 70' } })).toMatchObject({ verdict: 'pass', actual: '70' });
    const none = errorsOf({ errors: { app: { count: 0 } } });
    expect(none).toMatchObject({ verdict: 'fail', expected: 'app 0', actual: 'app 70' });
  });

  it('of a group that asked nothing, or in a history that is cut off, are not known', () => {
    const clients = { app: {}, batch: {} };
    expect(errorsOf({ errors: { app: '<= 20%' } })).toMatchObject({ verdict: 'pass' });
    const idle = failover({ clients, expect: { errors: { batch: { count: 0 } } } });
    expect(find(idle.history(), 'errors')).toMatchObject({ verdict: 'inconclusive' });
    const cut = failover({ expect: { errors: { count: '<= 1000' } } }).cutAt(4000);
    expect(find(cut, 'errors').verdict).toBe('inconclusive');
  });

  it('that the machine itself may have caused are no failure', () => {
    const run = new Building({ expect: { errors: { count: 0 } } }).phase(0, 'steps').writes(0, 1000, 10);
    run.stall(1000, 600).write(1000, 'x', { type: 'info', took: 600 }).writes(1600, 2000, 10);
    expect(find(run.history(), 'errors').verdict).toBe('inconclusive');
  });
});
