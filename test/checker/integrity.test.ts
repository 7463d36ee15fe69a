import { describe, expect, it } from 'vitest';
import { historyOf } from '../../src/history/history.js';
import { judge } from '../built-in.js';
import { Building, withoutEnd } from './build.js';
import { find } from './find.js';

describe('history complete', () => {
  it('passes on a whole history and lists the flaws of any other', () => {
    const history = new Building().write(1, 1).history();
    expect(find(history, 'history complete').verdict).toBe('pass');
    expect(find(withoutEnd(history), 'history complete')).toMatchObject({
      verdict: 'inconclusive',
      actual: '1 flaw',
    });
    expect(find(withoutEnd(history), 'history complete').message).toContain('cut short: no end after event');
  });

  it('is inconclusive where operations do not pair', () => {
    const run = new Building().write(1, 1, { process: 5, took: 10 }).write(2, 2, { process: 5 });
    expect(find(run.history(), 'history complete').verdict).toBe('inconclusive');
  });

  it('is inconclusive for a run that was interrupted', () => {
    const history = historyOf(new Building().write(1, 1).events('interrupted'));
    expect(find(history, 'history complete').message).toBe('the run was interrupted');
  });
});

describe('drill carried out', () => {
  const NAME = 'drill carried out';

  it('passes where every step was done and every wait was over in time', () => {
    const run = new Building({ steps: [{ wait: 'recovered' }] });
    run
      .at(10, { type: 'step', step: 1, text: 'wait' })
      .at(20, { type: 'waited', for: 'recovered', reached: true });
    expect(find(run.history(), NAME).verdict).toBe('pass');
  });

  it('is inconclusive after a problem, a wait in vain, or a step that never began', () => {
    const run = new Building({ steps: [{ wait: 'recovered' }, { kill: 'a' }] });
    run
      .at(5, { type: 'problem', message: 'b did not start' })
      .at(10, { type: 'step', step: 1, text: 'wait' });
    run.at(20, {
      type: 'waited',
      for: 'recovered',
      reached: false,
      detail: 'timed out after 30 s: a is down',
    });
    const finding = find(run.history(), NAME);
    expect(finding).toMatchObject({ verdict: 'inconclusive', actual: '3 problems' });
    expect(finding.message).toBe(
      'b did not start\nrecovered: timed out after 30 s: a is down\nstep 2 of 2 never began',
    );
    expect(finding.evidence).toHaveLength(2);
  });
});

describe('nothing left behind', () => {
  const NAME = 'nothing left behind';

  it('passes where nothing was, and is inconclusive where something was, or nobody looked', () => {
    const history = new Building().history();
    expect(find(history, NAME).verdict).toBe('pass');
    expect(find(withoutEnd(withoutEnd(history)), NAME).verdict).toBe('inconclusive');
    const leaking = history.events.map((event) =>
      event.type === 'inventory' ? { ...event, leaked: ['process 17'] } : event,
    );
    expect(find(historyOf(leaking), NAME)).toMatchObject({
      verdict: 'inconclusive',
      actual: '1 left',
      message: expect.stringMatching(/^left behind: process 17\n/),
    });
    expect(judge(historyOf(leaking)).verdict).toBe('inconclusive');
  });

  it('says what was there before and after, and what was kept because that was asked for', () => {
    const [run, drills] = [
      { processes: 0, folders: 0, containers: 0, networks: 0, volumes: 0 },
      { containers: 0, networks: 1, volumes: 0 },
    ];
    const told = {
      before: { run, drills, engine: { containers: 1, networks: 4, volumes: 0 } },
      after: { run: { ...run, containers: 2 }, drills, engine: { containers: 3, networks: 4, volumes: 0 } },
      kept: '50ea630fd0',
    };
    const events = new Building()
      .history()
      .events.map((event) => (event.type === 'inventory' ? { ...event, ...told } : event));
    const finding = find(historyOf(events), NAME);
    expect(finding).toMatchObject({ verdict: 'pass', actual: 'kept, as asked' });
    expect(finding.message.split('\n')).toEqual([
      'run 50ea630fd0 was kept, as asked; `drill down 50ea630fd0` removes it',
      'before: nothing of this run; 1 container, 4 networks and 0 volumes in the engine, of drills 0 containers, 1 network and 0 volumes',
      'created: 4 processes, 12 proxies and 1 folder',
      'after: of this run 0 processes, 0 folders, 2 containers, 0 networks and 0 volumes; 3 containers, 4 networks and 0 volumes in the engine, of drills 0 containers, 1 network and 0 volumes',
    ]);
    expect(judge(historyOf(events)).inventory).toMatchObject({ ...told, leaked: [], unseen: [] });
  });
});
