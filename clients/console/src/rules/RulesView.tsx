import { words } from '../format.ts';
import { hrefOf } from '../route.ts';
import { isAdmin, mayAnalyse } from '../session.ts';
import { Empty, Failure, Loading, Panel, SeverityMark, Stale, Time } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';
import type { Rule } from './rules.ts';
import { RuleEditor } from './RuleEditor.tsx';

export function RulesView({ ruleId }: { ruleId?: string }) {
  const rules = usePolled((api, signal) => api.get<Rule[]>('/api/v1/rules', undefined, signal), [], 15_000);
  if (!mayAnalyse.value) {
    return <Empty title="This token may not read rules.">It needs the role analyst or admin.</Empty>;
  }
  const chosen = rules.data?.find((rule) => rule.ruleId === ruleId);
  return (
    <div class={ruleId === undefined ? 'stack' : 'rules-split'}>
      <Panel
        title="Detection rules"
        class="rules-panel"
        note={isAdmin.value ? 'a change takes effect with the next event' : 'changing one needs the role admin'}
      >
        <Stale error={rules.data && rules.error} />
        {rules.data ? (
          <RuleList rules={rules.data} chosen={ruleId} />
        ) : rules.error ? (
          <Failure error={rules.error} retry={rules.refresh} what="rules" />
        ) : (
          <Loading what="rules" />
        )}
      </Panel>
      {chosen && <RuleEditor key={chosen.ruleId} rule={chosen} changed={rules.refresh} />}
      {ruleId !== undefined && rules.data && !chosen && (
        <Panel title={ruleId}>
          <Empty title="There is no such rule.">It may have been one of an older version.</Empty>
        </Panel>
      )}
    </div>
  );
}

function RuleList({ rules, chosen }: { rules: Rule[]; chosen: string | undefined }) {
  const kinds = [...new Set(rules.map((rule) => rule.kind))];
  return (
    <>
      {kinds.map((kind) => (
        <section key={kind} aria-labelledby={`kind-${kind}`}>
          <h3 id={`kind-${kind}`}>{words(kind)}</h3>
          <ul class="rules">
            {rules
              .filter((rule) => rule.kind === kind)
              .map((rule) => (
                <li key={rule.ruleId} class={rule.enabled ? '' : 'off'}>
                  <a href={hrefOf('rules', rule.ruleId)} aria-current={rule.ruleId === chosen ? 'true' : undefined}>
                    <span class="rule-title">{rule.title}</span>
                    <code>{rule.ruleId}</code>
                  </a>
                  <span class="rule-values">
                    {Object.entries(rule.thresholds).map(([name, value]) => (
                      <span key={name}>
                        {words(name)} <b>{value}</b>
                      </span>
                    ))}
                    <span>
                      within <b>{rule.window}</b>
                    </span>
                  </span>
                  <span class="rule-state">
                    {rule.enabled ? <SeverityMark severity={rule.severity} /> : <span class="tag">off</span>}
                    {!rule.default && rule.updatedAt && (
                      <span class="soft">
                        v{rule.version}, {rule.updatedBy}, <Time at={rule.updatedAt} />
                      </span>
                    )}
                  </span>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}
