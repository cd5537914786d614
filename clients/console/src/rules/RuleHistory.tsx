import { Empty, Failure, Loading, Panel, Time } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';
import { differences, draftOf, type Rule, type RuleChange } from './rules.ts';

export function RuleHistory({ rule }: { rule: Rule }) {
  const history = usePolled(
    (api, signal) =>
      api.get<RuleChange[]>(`/api/v1/rules/${encodeURIComponent(rule.ruleId)}/history`, { limit: 50 }, signal),
    [rule.ruleId, rule.version],
    0,
  );
  return (
    <Panel title="History" note="who changed what, newest first">
      {history.data ? (
        history.data.length === 0 ? (
          <Empty title="Never changed.">It runs as it came.</Empty>
        ) : (
          <ol class="history">
            {history.data.map((change) => (
              <li key={change.changeId}>
                <span class="history-head">
                  <b>v{change.after.version}</b> {change.changedBy} <Time at={change.changedAt} />
                  {change.action === 'reset' && <span class="tag">reset</span>}
                </span>
                <span class="changes">
                  {differences(change.before, draftOf(change.after)).map((one) => (
                    <span key={one.field}>
                      {one.name} <s>{one.from}</s> <b>{one.to}</b>
                    </span>
                  ))}
                </span>
              </li>
            ))}
          </ol>
        )
      ) : history.error ? (
        <Failure error={history.error} retry={history.refresh} what="history" />
      ) : (
        <Loading what="history" />
      )}
    </Panel>
  );
}
