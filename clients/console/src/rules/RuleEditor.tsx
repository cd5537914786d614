import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ProblemError } from '@tidegate/client';
import { announce } from '../announce.ts';
import { words } from '../format.ts';
import { hrefOf } from '../route.ts';
import { isAdmin, session, tokenRefused } from '../session.ts';
import { Choice, Panel } from '../ui/parts.tsx';
import { bodyOf, differences, draftOf, problems, type Draft, type Rule } from './rules.ts';
import { RuleHistory } from './RuleHistory.tsx';

export function RuleEditor({ rule, changed }: { rule: Rule; changed: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(rule));
  /** The one that the draft was made from. */
  const [seen, setSeen] = useState(rule);
  const [refusals, setRefusals] = useState<Map<string, string>>(new Map());
  const [message, setMessage] = useState<{ kind: 'done' | 'problem'; text: string } | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const confirm = useRef<HTMLDialogElement>(null);

  const changes = differences(seen, draft);
  const invalid = problems(draft, rule);
  const overtaken = rule.version > seen.version;

  useEffect(() => {
    // Somebody else's change: shown at once where nothing was begun here.
    if (overtaken && changes.length === 0) {
      setSeen(rule);
      setDraft(draftOf(rule));
    }
  }, [rule.version]);

  function edit(change: Partial<Draft>): void {
    setDraft({ ...draft, ...change });
    setRefusals(new Map());
    setMessage(undefined);
  }

  async function send(method: 'PUT' | 'DELETE'): Promise<void> {
    setBusy(true);
    setMessage(undefined);
    try {
      const answer = await session.value!.api.request<Rule>(`/api/v1/rules/${encodeURIComponent(rule.ruleId)}`, {
        method,
        headers: {
          'if-match': `"${seen.version}"`,
          ...(method === 'PUT' && { 'content-type': 'application/json' }),
        },
        ...(method === 'PUT' && { body: bodyOf(draft) }),
      });
      const saved = answer.body;
      setSeen(saved);
      setDraft(draftOf(saved));
      const text = `Version ${saved.version} of ${rule.ruleId} runs.`;
      setMessage({ kind: 'done', text });
      announce(text);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        tokenRefused();
        return;
      }
      if (error instanceof ProblemError && error.field) {
        setRefusals(new Map([[error.field, error.message]]));
      }
      setMessage({
        kind: 'problem',
        text:
          error instanceof ProblemError && error.status === 412
            ? 'Somebody else changed this rule meanwhile. Nothing was saved.'
            : `Not saved. ${(error as Error).message}`,
      });
    } finally {
      setBusy(false);
      changed();
    }
  }

  const readOnly = !isAdmin.value;
  const wrong = (field: string) => refusals.get(field) ?? invalid.get(field);
  return (
    <div class="stack rule-detail">
      <Panel
        title={rule.title}
        note={
          <>
            <code>{rule.ruleId}</code> version {rule.version}
          </>
        }
        actions={<a href={hrefOf('rules')}>All rules</a>}
      >
        <p class="rule-description">{rule.description}</p>
        {overtaken && changes.length > 0 && (
          <p class="stale" role="alert">
            {rule.updatedBy} saved version {rule.version} while you were editing.{' '}
            <button
              type="button"
              class="link"
              onClick={() => {
                setSeen(rule);
                setMessage(undefined);
              }}
            >
              Keep my values on top of it
            </button>{' '}
            or{' '}
            <button
              type="button"
              class="link"
              onClick={() => {
                setSeen(rule);
                setDraft(draftOf(rule));
                setMessage(undefined);
              }}
            >
              take theirs
            </button>
          </p>
        )}
        <form
          class="editor"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send('PUT');
          }}
        >
          <fieldset disabled={readOnly || busy}>
            <legend class="hidden">Values of {rule.ruleId}</legend>
            <div class="row">
              <span class="row-name">Rule</span>
              <label class="check">
                <input
                  type="checkbox"
                  role="switch"
                  checked={draft.enabled}
                  onChange={(event) => edit({ enabled: event.currentTarget.checked })}
                />
                {draft.enabled ? 'on: raises alerts' : 'off: raises nothing'}
              </label>
            </div>
            <div class="row">
              <span class="row-name">Severity</span>
              <Choice
                label="Severity"
                value={draft.severity}
                options={rule.limits.severities.map((value) => ({ value, text: value }))}
                onChange={(severity) => edit({ severity })}
              />
            </div>
            <Field
              name="window"
              description="Within which it all happens; for as long, the rule then stays silent about the same subject."
              hint={`${rule.limits.window.minimum} to ${rule.limits.window.maximum}`}
              standard={rule.defaults.window}
              value={draft.window}
              problem={wrong('window')}
              onInput={(window) => edit({ window })}
            />
            {rule.limits.thresholds.map((limit) => (
              <Field
                key={limit.name}
                name={words(limit.name)}
                description={limit.description}
                unit={limit.unit}
                hint={`${limit.minimum} to ${limit.maximum}`}
                standard={String(rule.defaults.thresholds[limit.name])}
                numeric
                value={draft.thresholds[limit.name] ?? ''}
                problem={wrong(`thresholds.${limit.name}`)}
                onInput={(value) => edit({ thresholds: { ...draft.thresholds, [limit.name]: value } })}
              />
            ))}
          </fieldset>
          {readOnly ? (
            <p class="soft">Changing a rule needs a token with the role admin.</p>
          ) : (
            <div class="editor-foot">
              <p class="changes" aria-live="polite">
                {changes.length === 0
                  ? 'Nothing changed.'
                  : changes.map((change) => (
                      <span key={change.field}>
                        {change.name} <s>{change.from}</s> <b>{change.to}</b>
                      </span>
                    ))}
              </p>
              <div class="buttons">
                {!rule.default && (
                  <button type="button" class="quiet" disabled={busy} onClick={() => confirm.current?.showModal()}>
                    Reset to default
                  </button>
                )}
                <button type="button" class="quiet" disabled={busy || changes.length === 0} onClick={() => {
                  setDraft(draftOf(seen));
                  setRefusals(new Map());
                }}>
                  Discard
                </button>
                <button type="submit" disabled={busy || changes.length === 0 || invalid.size > 0 || overtaken}>
                  {busy ? 'Saving…' : 'Save'}
                </button>
              </div>
            </div>
          )}
          {message && (
            <p class={message.kind === 'done' ? 'done' : 'problem'} role={message.kind === 'done' ? 'status' : 'alert'}>
              {message.text}
            </p>
          )}
        </form>
      </Panel>
      <RuleHistory rule={rule} />
      <dialog ref={confirm} aria-labelledby="reset-title">
        <h2 id="reset-title">Reset {rule.ruleId}?</h2>
        <p>It gets the values it came with, as a new version. The history keeps the present ones.</p>
        <form method="dialog" class="buttons">
          <button type="submit" class="quiet">
            Keep
          </button>
          <button type="submit" onClick={() => void send('DELETE')}>
            Reset
          </button>
        </form>
      </dialog>
    </div>
  );
}

function Field(props: {
  name: string;
  description: string;
  unit?: string;
  hint: string;
  standard: string;
  value: string;
  numeric?: boolean;
  problem: string | undefined;
  onInput: (value: string) => void;
}) {
  const id = useId();
  const unit = props.unit && props.unit !== 'ratio' ? props.unit : '';
  return (
    <div class="row">
      <label class="row-name" for={id}>
        {props.name}
      </label>
      <div>
        <span class="row-input">
          <input
            id={id}
            type="text"
            inputMode={props.numeric ? 'decimal' : 'text'}
            autocomplete="off"
            spellcheck={false}
            maxLength={32}
            value={props.value}
            aria-invalid={props.problem !== undefined}
            aria-describedby={`${id}-about ${id}-problem`}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
          {unit}
        </span>
        <p class="soft" id={`${id}-about`}>
          {props.description} {props.hint}; default {props.standard}.
        </p>
        <p class="problem" id={`${id}-problem`}>
          {props.problem}
        </p>
      </div>
    </div>
  );
}
