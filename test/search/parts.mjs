/**
 * What a schedule of the search is to show besides safety, as expectations of its own:
 *
 *     serves_again: <= 12s     once everything was healed: one primary, everybody in sync with it, and the failback done
 *     core_serves: <= 12s      a write of the group `core` acknowledged after the last step before the drill's last wait
 */
export default ({ units, eventsOf, operationsOf, durationFinding, defineExpectation }) => {
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
          const last = eventsOf(history, 'step').at(-1);
          const subject = 'the core';
          if (last?.step !== history.run?.drill.steps.length)
            return {
              subject,
              ms: null,
              lacking: 'evidence',
              message: 'not all steps were done',
              evidence: [],
            };
          const write = acknowledged(history, 'core', last.time);
          if (!write) return never(subject, 'no write of the core was acknowledged', [last.index]);
          const ms = (write.end - last.time) / 1e6;
          return { subject, ms, message: `served after ${ms.toFixed(0)} ms`, evidence: [write.complete] };
        },
      ),
    ],
  };
};
