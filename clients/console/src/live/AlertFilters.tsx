import type { Severity } from '@tidegate/client';
import { fetchPast, filter, isFiltered, NO_FILTER, rulesSeen, setFilter, shown, alerts } from './alert-store.ts';
import { whole } from '../format.ts';

const SEVERITIES: Severity[] = ['critical', 'warning', 'info'];

export function AlertFilters() {
  const { severities, rule, subject, exact } = filter.value;

  function toggle(severity: Severity): void {
    const next = new Set(severities);
    if (!next.delete(severity)) {
      next.add(severity);
    }
    setFilter({ severities: next });
  }

  return (
    <form
      class="filters"
      aria-label="Filter the alerts"
      onSubmit={(event) => {
        event.preventDefault();
        setFilter({ subject, exact: subject !== '' });
        void fetchPast();
      }}
    >
      <fieldset class="choice">
        <legend class="hidden">Severity</legend>
        {SEVERITIES.map((severity) => (
          <label key={severity}>
            <input type="checkbox" checked={severities.has(severity)} onChange={() => toggle(severity)} />
            <span>{severity}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="hidden">Rule</span>
        <select value={rule} onChange={(event) => setFilter({ rule: event.currentTarget.value })}>
          <option value="">Every rule</option>
          {(rule && !rulesSeen.value.includes(rule) ? [...rulesSeen.value, rule] : rulesSeen.value).map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label class="field grow">
        <span class="hidden">Subject contains</span>
        <input
          id="filter-subject"
          type="search"
          placeholder="Subject"
          value={subject}
          maxLength={128}
          onInput={(event) => setFilter({ subject: event.currentTarget.value.trim(), exact: false })}
        />
      </label>
      {isFiltered.value && (
        <span class="filter-result">
          <span class="soft">
            {whole(shown.value.length)} of {whole(alerts.value.length)} here
            {subject && (exact ? ', of exactly this subject' : '; Enter: of exactly this subject')}
          </span>
          <button type="button" class="link" onClick={() => setFilter(NO_FILTER)}>
            Clear
          </button>
        </span>
      )}
    </form>
  );
}
