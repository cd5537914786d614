import type { ComponentChildren } from 'preact';
import { clock, short, span, when, whole } from '../format.ts';
import { connection, mayAnalyse } from '../session.ts';
import { Empty, Failure, Loading, Panel, Stale } from '../ui/parts.tsx';
import { usePolled } from '../ui/polled.ts';

interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

interface Status {
  at: string;
  gateway: {
    ready: boolean;
    uptimeSeconds: number;
    windowSeconds: number;
    components: { name: string; status: 'up' | 'down'; gatesReadiness: boolean; detail?: string }[];
  };
  ingest: {
    accepted: number;
    rejected: number;
    acceptedPerSecond: number;
    rejectedPerSecond: number;
    acknowledgement: Percentiles | null;
  };
  push: { sockets: number; subscriptions: number; delivered: number; deliveredPerSecond: number };
  consumers: { group: string; topic: string; lag: number }[] | null;
  store: { eventsLastMinute: number; alertsLastHour: number; newestEventAt: string | null } | null;
  latency: { alerts: number; eventToAlert: Percentiles | null } | null;
}

interface Difference {
  minute: string;
  topic: string;
  partition: number;
  difference: number;
}

/** The newest; the API has them all. */
const SHOWN = 12;

type Level = 'on' | 'wait' | 'off';

export function HealthView() {
  const status = usePolled((api, signal) => api.get<Status>('/api/v1/status', undefined, signal), [], 5_000);
  if (!mayAnalyse.value) {
    return <Empty title="This token may not read the system's state.">It needs the role analyst or admin.</Empty>;
  }
  if (!status.data) {
    return (
      <Panel title="Health">
        {status.error ? <Failure error={status.error} retry={status.refresh} what="status" /> : <Loading what="the status" />}
      </Panel>
    );
  }
  const { gateway, ingest, push, consumers, store, latency, at } = status.data;
  const down = gateway.components.filter((one) => one.status === 'down');
  const stale = status.error !== undefined;
  return (
    <div class="stack">
      <p class="verdict" role="status" data-state={stale ? 'wait' : !gateway.ready ? 'off' : down.length > 0 ? 'wait' : 'on'}>
        {stale
          ? `No news since ${clock(at)}.`
          : !gateway.ready
            ? 'The gateway takes no traffic.'
            : down.length > 0
              ? `The gateway is ready; ${down.map((one) => one.name).join(' and ')} ${down.length === 1 ? 'is' : 'are'} down.`
              : 'Everything is up.'}
      </p>
      <Stale error={status.error} />
      <div class="health">
        <Panel title="Parts" note={`this gateway, up ${span(gateway.uptimeSeconds * 1_000)}`}>
          <dl class="states">
            <State name="Live connection" level={connection.value.state === 'live' ? 'on' : 'wait'}>
              {connection.value.state}
            </State>
            {gateway.components.map((one) => (
              <State key={one.name} name={one.name} level={one.status === 'up' ? 'on' : one.gatesReadiness ? 'off' : 'wait'}>
                {one.status}
                {one.detail && <small>{one.detail}</small>}
              </State>
            ))}
          </dl>
        </Panel>
        <Panel title="Event to alert" note={latency ? `of the last hour's ${whole(latency.alerts)} alerts` : undefined}>
          <PercentileRow values={latency?.eventToAlert} none={latency ? 'No alert in the last hour.' : 'ClickHouse does not answer.'} />
        </Panel>
        <Panel title="Coming in" note={`over ${span(gateway.windowSeconds * 1_000)}`}>
          <dl class="figures">
            <Figure name="events/s">{short(ingest.acceptedPerSecond)}</Figure>
            <Figure name="rejected/s" bad={ingest.rejectedPerSecond > 0}>
              {short(ingest.rejectedPerSecond)}
            </Figure>
            <Figure name="since the start">{short(ingest.accepted)}</Figure>
          </dl>
          <h3>Acknowledged by the log</h3>
          <PercentileRow values={ingest.acknowledgement} none="Nothing came in." />
        </Panel>
        <Panel title="Going out">
          <dl class="figures">
            <Figure name="listeners">{whole(push.sockets)}</Figure>
            <Figure name="subscriptions">{whole(push.subscriptions)}</Figure>
            <Figure name="messages/s">{short(push.deliveredPerSecond)}</Figure>
          </dl>
        </Panel>
        <Panel title="Stored" note="in ClickHouse">
          {store ? (
            <dl class="figures">
              <Figure name="events, last minute">{short(store.eventsLastMinute)}</Figure>
              <Figure name="alerts, last hour">{short(store.alertsLastHour)}</Figure>
              <Figure name="newest event">{store.newestEventAt ? when(store.newestEventAt) : '–'}</Figure>
            </dl>
          ) : (
            <Empty title="ClickHouse does not answer." />
          )}
        </Panel>
        <Completeness />
        <Panel title="Lag" note="records behind at the last checkpoint">
          {consumers === null ? (
            <Empty title="Kafka does not answer." />
          ) : consumers.length === 0 ? (
            <Empty title="No job has committed yet." />
          ) : (
            <table>
              <caption class="hidden">Lag by consumer group and topic</caption>
              <thead>
                <tr>
                  <th scope="col">Group</th>
                  <th scope="col">Topic</th>
                  <th scope="col" class="number">Lag</th>
                </tr>
              </thead>
              <tbody>
                {consumers.map((one) => (
                  <tr key={`${one.group} ${one.topic}`}>
                    <th scope="row" class="id">{one.group}</th>
                    <td class="id">{one.topic}</td>
                    <td class="number">{whole(one.lag)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </div>
    </div>
  );
}

/** Of the last day: the minutes in which something is missing or there twice. */
function Completeness() {
  const differences = usePolled(
    (api, signal) => api.get<Difference[]>('/api/v1/completeness', { state: 'different' }, signal),
    [],
    30_000,
  );
  const rows = differences.data ?? [];
  return (
    <Panel title="Completeness" note="accepted, read and stored, over the last day">
      <Stale error={differences.data && differences.error} />
      {!differences.data ? (
        differences.error ? (
          <Failure error={differences.error} retry={differences.refresh} what="completeness" />
        ) : (
          <Loading what="completeness" />
        )
      ) : rows.length === 0 ? (
        <Empty title="Every record is stored once." />
      ) : (
        <table>
          <caption class="hidden">Minutes in which records and rows differ</caption>
          <thead>
            <tr>
              <th scope="col">Minute</th>
              <th scope="col">Topic</th>
              <th scope="col" class="number">Missing</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(-SHOWN).map((one) => (
              <tr key={`${one.minute} ${one.topic} ${one.partition}`}>
                <th scope="row">{when(one.minute)}</th>
                <td class="id">
                  {one.topic}/{one.partition}
                </td>
                <td class="number">{whole(one.difference)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function State({ name, level, children }: { name: string; level: Level; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-state={level}>{children}</dd>
    </div>
  );
}

function Figure({ name, bad, children }: { name: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={bad ? 'bad' : ''}>{children}</dd>
    </div>
  );
}

function PercentileRow({ values, none }: { values: Percentiles | null | undefined; none: string }) {
  if (!values) {
    return <p class="soft">{none}</p>;
  }
  return (
    <dl class="figures">
      <Figure name="half within">{span(values.p50)}</Figure>
      <Figure name="95 % within">{span(values.p95)}</Figure>
      <Figure name="99 % within">{span(values.p99)}</Figure>
    </dl>
  );
}
