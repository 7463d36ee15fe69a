/**
 * What the search has besides the parts that ship. A fault that only a simulated world can have:
 *
 *     replace_disk: { target: any standby, keeps: 30% }     killed; its disk is another one, with the oldest of what was on it
 *
 * and what a schedule is to show besides safety:
 *
 *     serves_again: <= 12s     once everything was healed: one primary, everybody in sync with it, and the failback done
 *     core_serves: <= 12s      a write of the group `core` acknowledged from the last step but one on
 */
export default (kit) => {
  const { z, units, keys, eventsOf, operationsOf, durationFinding, defineExpectation } = kit;
  const replaceDisk = kit.defineFault({
    name: 'replace_disk',
    schema: z.strictObject({ target: keys.selector, keeps: units.percent, as: keys.label }),
    needs: () => ['kill'],
    check: ({ target }, place) => kit.checkTarget(target, place),
    leaves: () => ['killed'],
    aim({ target, keeps }, { topology, random }) {
      const targets = kit.resolve(target, topology, random);
      return { targets, keeps, text: `${targets.join(', ') || 'nobody'} with another disk` };
    },
    async inject(_fault, { targets, keeps }, { clock, nodes }) {
      if (!nodes.replaceDisk)
        throw new kit.EnvironmentError({
          expected: 'a simulated world',
          found: 'another',
          todo: 'use --runtime sim',
        });
      const killed = await Promise.all(targets.map((node) => nodes.kill(node, 'SIGKILL')));
      for (const node of targets) nodes.replaceDisk(node, keeps);
      const look = async (node) => {
        const isGone = !(await nodes.running(node));
        const observed = isGone ? 'no process' : 'its process';
        return { ok: isGone, evidence: { subject: node, expected: 'no process', observed } };
      };
      return { span: kit.spanOf(clock, killed), witness: () => kit.witnessEach(targets, look) };
    },
  });

  const expectation = (name, about, figure) =>
    defineExpectation({
      name,
      schema: units.durationBound.meta({ description: about }),
      needs: ['writes'],
      judge: (bound, history, drill) =>
        durationFinding(history, drill, { checker: name, expectation: name, nothing: about }, bound, [
          figure(history),
        ]),
    });
  const never = (subject, message, evidence) => ({ subject, ms: null, lacking: 'end', message, evidence });
  const acknowledged = (history, client, since) =>
    operationsOf(history)
      .operations.filter(
        (one) => one.type === 'ok' && one.f !== 'read' && one.client === client && one.start >= since,
      )
      .reduce((first, one) => (first === undefined || one.end < first.end ? one : first), undefined);

  return {
    faults: [replaceDisk],
    expectations: [
      expectation(
        'serves_again',
        'how long it takes to be whole again once everything was healed',
        (history) => {
          const healed = eventsOf(history, 'phase').find(({ phase }) => phase === 'settle');
          const subject = 'the service';
          if (!healed)
            return { subject, ms: null, lacking: 'evidence', message: 'it was not healed', evidence: [] };
          const waits = eventsOf(history, 'waited').filter(({ index }) => index > healed.index);
          const vain = waits.find(({ reached }) => !reached);
          if (vain) return never(subject, `${vain.for}, in vain: ${vain.detail}`, [vain.index]);
          const whole = waits.find((wait) => wait.for === 'in-sync');
          if (!whole)
            return { subject, ms: null, lacking: 'evidence', message: 'nobody waited for it', evidence: [] };
          const ms = (whole.time - healed.time) / 1e6;
          return { subject, ms, message: `whole after ${ms.toFixed(0)} ms`, evidence: [whole.index] };
        },
      ),
      expectation(
        'core_serves',
        'how long a core takes to serve once the faults in it are over',
        (history) => {
          const [from, last] = eventsOf(history, 'step').slice(-2);
          const subject = 'the core';
          if (last === undefined || last.step !== history.run?.drill.steps.length)
            return {
              subject,
              ms: null,
              lacking: 'evidence',
              message: 'not all steps were done',
              evidence: [],
            };
          const write = acknowledged(history, 'core', from.time);
          if (!write) return never(subject, 'no write of the core was acknowledged', [from.index]);
          const ms = (write.end - from.time) / 1e6;
          return { subject, ms, message: `served after ${ms.toFixed(0)} ms`, evidence: [write.complete] };
        },
      ),
    ],
  };
};
