import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { Alert } from '@tidegate/client';
import { hrefOf } from '../route.ts';
import { Empty, Loading, SeverityMark, Time } from '../ui/parts.tsx';
import { alerts, fetchPast, fresh, gapNote, isFiltered, past, refusal, setFilter, NO_FILTER, shown } from './alert-store.ts';

const PAGE = 100;

export function AlertList() {
  const [most, setMost] = useState(PAGE);
  if (refusal.value) {
    return (
      <div class="failure" role="alert">
        <p>{refusal.value}</p>
      </div>
    );
  }
  const rows = shown.value.slice(0, most);
  const { state, message, more } = past.value;
  return (
    <>
      {gapNote.value && (
        <p class="stale" role="status">
          {gapNote.value}
        </p>
      )}
      {state === 'error' && (
        <div class="failure" role="alert">
          <p>Past alerts can't be shown: {message}</p>
          <button type="button" class="quiet" onClick={() => void fetchPast()}>
            Try again
          </button>
        </div>
      )}
      <ol class="alerts" aria-label="Alerts, newest first">
        {rows.map((alert) => (
          <Row key={alert.alertId} alert={alert} isFresh={fresh.value.has(alert.alertId)} />
        ))}
      </ol>
      {rows.length === 0 && state === 'loading' && <Loading what="alerts" />}
      {rows.length === 0 && state === 'ready' && (
        isFiltered.value ? (
          <Empty title={alerts.value.length > 0 ? 'No alert here matches.' : 'No alerts.'}>
            <button type="button" class="link" onClick={() => setFilter(NO_FILTER)}>
              Clear the filter
            </button>
          </Empty>
        ) : (
          <Empty title="No alerts in the last 24 hours.">The next one appears here the moment it is raised.</Empty>
        )
      )}
      <div class="more">
        {shown.value.length > most ? (
          <button type="button" class="quiet" onClick={() => setMost(most + PAGE)}>
            Show more
          </button>
        ) : (
          more &&
          state !== 'error' && (
            <button type="button" class="quiet" disabled={state === 'loading'} onClick={() => {
              setMost(most + PAGE);
              void fetchPast();
            }}>
              {state === 'loading' ? 'Looking…' : isFiltered.value ? 'Search older alerts' : 'Older alerts'}
            </button>
          )
        )}
      </div>
    </>
  );
}

const Row = memo(function Row({ alert, isFresh }: { alert: Alert; isFresh: boolean }) {
  return (
    <li class={isFresh ? 'alert fresh' : 'alert'} data-severity={alert.severity}>
      <Time at={alert.detectedAt} />
      <SeverityMark severity={alert.severity} />
      <a class="alert-message" data-alert-link href={hrefOf('alerts', alert.alertId)}>
        {alert.message}
      </a>
      <span class="alert-about">
        <code>{alert.ruleId}</code>
        <span class="subject" title={alert.subject}>
          {alert.subject}
        </span>
      </span>
    </li>
  );
});
