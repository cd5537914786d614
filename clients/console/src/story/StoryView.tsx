import { ProblemError, type Alert } from '@tidegate/client';
import { money, precise, span, words } from '../format.ts';
import { alerts } from '../live/alert-store.ts';
import { hrefOf } from '../route.ts';
import { mayAnalyse } from '../session.ts';
import { Empty, Failure, Loading, Panel, SeverityMark, Stale, Time } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';
import { useWidth } from '../ui/width.ts';
import { details, steps, timeOf, type Step, type Story } from './story.ts';

/** An alert is stored seconds after it was raised. */
const PATIENCE_MS = 30_000;

export function StoryView({ alertId }: { alertId: string }) {
  const live = alerts.value.find((alert) => alert.alertId === alertId);
  const story = usePolled(
    (api, signal) => api.get<Story>(`/api/v1/alerts/${encodeURIComponent(alertId)}`, undefined, signal),
    [alertId],
    3_000,
  );
  if (!mayAnalyse.value) {
    return <Empty title="This token may not read alerts.">It needs the role analyst or admin.</Empty>;
  }
  const alert = story.data ?? live;
  const notThere = story.error instanceof ProblemError && story.error.status === 404;
  const onItsWay = notThere && live !== undefined && Date.now() - Date.parse(live.detectedAt) < PATIENCE_MS;
  return (
    <div class="stack">
      <p class="back">
        <a href={hrefOf()}>Alerts</a>
      </p>
      {alert && <AlertHead alert={alert} story={story.data} />}
      <Panel title="What happened" note={story.data && `by the time ${timeOf(story.data) === 'appendedAt' ? 'the log took it' : 'it happened'}`}>
        <Stale error={story.data && !notThere ? story.error : undefined} />
        {story.data ? (
          <Events story={story.data} />
        ) : onItsWay ? (
          <div class="loading-text" role="status">
            <Loading what="its events" />
            <p class="soft">It was raised a moment ago; its events are being stored.</p>
          </div>
        ) : notThere ? (
          <Empty title={alert ? 'Its events are not stored.' : 'There is no such alert.'}>
            It may be older than what is kept.
          </Empty>
        ) : story.error ? (
          <Failure error={story.error} retry={story.refresh} what="story" />
        ) : (
          <Loading what="its events" />
        )}
      </Panel>
      {alert && <SameSubject alert={alert} />}
    </div>
  );
}

function AlertHead({ alert, story }: { alert: Alert; story: Story | undefined }) {
  return (
    <section class="story-head" aria-label="The alert" data-severity={alert.severity}>
      <SeverityMark severity={alert.severity} />
      <h2>{alert.message}</h2>
      <dl class="facts">
        <div>
          <dt>Subject</dt>
          <dd class="id">{alert.subject}</dd>
        </div>
        <div>
          <dt>Rule</dt>
          <dd>
            <a href={hrefOf('rules', alert.ruleId)}>{alert.ruleId}</a> <span class="soft">version {alert.ruleVersion}</span>
          </dd>
        </div>
        <div>
          <dt>Detected</dt>
          <dd>
            <Time at={alert.detectedAt} text={precise(alert.detectedAt)} />
          </dd>
        </div>
        {story && (
          <>
            <div>
              <dt>Began</dt>
              <dd>
                <Time at={story.startedAt} text={precise(story.startedAt)} />
                <span class="soft"> {span(Math.max(0, Date.parse(story.detectedAt) - Date.parse(story.startedAt)))} before</span>
              </dd>
            </div>
            <div>
              <dt>Raised</dt>
              <dd>
                {span(Math.max(0, Date.parse(story.raisedAt) - Date.parse(story.detectedAt)))}
                <span class="soft"> after it was complete</span>
              </dd>
            </div>
          </>
        )}
      </dl>
    </section>
  );
}

function Events({ story }: { story: Story }) {
  if (story.eventIds.length === 0) {
    return (
      <Empty title="This alert has no single events.">It was raised over a count, from {precise(story.startedAt)} to {precise(story.detectedAt)}.</Empty>
    );
  }
  const all = steps(story);
  const users = new Set(story.events.map((event) => event.userId)).size;
  return (
    <>
      {all.length > 1 && <TimeAxis steps={all} />}
      {story.missingEvents > 0 && (
        <p class="stale" role="status">
          {story.missingEvents} of its {story.eventIds.length} events {story.missingEvents === 1 ? 'is' : 'are'} not stored yet, or not kept any more.
        </p>
      )}
      <ol class="steps" aria-label="Events in the order of the match">
        {all.map((step, index) => (
          <li key={`${step.event.userId} ${step.event.eventId}`} class={index === all.length - 1 ? 'last' : ''}>
            <span class="step-time">
              <Time at={step.event[timeOf(story)]} text={precise(step.event[timeOf(story)])} />
              <small>{index === 0 ? 'first' : `+${span(step.since)}`}</small>
            </span>
            <span class="step-dot" aria-hidden="true" />
            <div class="step-body">
              <p class="step-what">
                <b>{words(step.event.type)}</b>
                {users > 1 && <span class="id">{step.event.userId}</span>}
                {step.event.amount !== undefined && (
                  <span class="amount">
                    {money(step.event.amount)} {step.event.currency ?? ''}
                  </span>
                )}
                {index === all.length - 1 && story.missingEvents === 0 && <span class="tag">completed it</span>}
              </p>
              {step.weight !== undefined && (
                <i class="step-bar" aria-hidden="true" style={{ width: `${Math.max(0.4, step.weight * 100)}%` }} />
              )}
              <p class="step-details">
                {details(step.event).map(([name, value]) => (
                  <span key={name}>
                    {words(name)} <span class="id">{value}</span>
                  </span>
                ))}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

/** How close together they were, to scale. */
function TimeAxis({ steps: all }: { steps: Step[] }) {
  const { ref, width } = useWidth<HTMLDivElement>(800);
  const height = 52;
  const base = 34;
  const x = (step: Step) => 8 + step.place * (width - 16);
  const long = span(Math.max(...all.map((step) => step.after)));
  return (
    <div ref={ref} class="time-axis">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`${all.length} events over ${long}`}
      >
        <line class="grid" x1="8" x2={width - 8} y1={base} y2={base} />
        {all.map((step, index) => (
          <line
            key={step.event.eventId + step.event.userId}
            class={index === all.length - 1 ? 'tick last' : 'tick'}
            x1={x(step)}
            x2={x(step)}
            y1={base}
            y2={base - 6 - 24 * (step.weight ?? 0.4)}
          />
        ))}
        <text x="8" y={height - 3}>
          0
        </text>
        <text x={width - 8} y={height - 3} text-anchor="end">
          {long}
        </text>
      </svg>
    </div>
  );
}

function SameSubject({ alert }: { alert: Alert }) {
  const others = usePolled(
    async (api, signal) => {
      const from = Date.parse(alert.detectedAt) - 7 * 86_400_000;
      const found = await api.get<Alert[]>('/api/v1/alerts', { subject: alert.subject, from, limit: 20 }, signal);
      return found.filter((one) => one.alertId !== alert.alertId);
    },
    [alert.alertId],
    0,
  );
  return (
    <Panel title="More about this subject" note={alert.subject}>
      {others.data ? (
        others.data.length === 0 ? (
          <Empty title="No other alert within a week." />
        ) : (
          <ul class="others">
            {others.data.map((one) => (
              <li key={one.alertId}>
                <Time at={one.detectedAt} />
                <SeverityMark severity={one.severity} />
                <a href={hrefOf('alerts', one.alertId)}>{one.message}</a>
              </li>
            ))}
          </ul>
        )
      ) : others.error ? (
        <Failure error={others.error} retry={others.refresh} what="other alerts" />
      ) : (
        <Loading what="other alerts" />
      )}
    </Panel>
  );
}
