import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { ProblemError, type Severity } from '@tidegate/client';
import { full, when } from '../format.ts';

/** A part of a view with a heading. */
export function Panel(props: {
  title: string;
  note?: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={`panel ${props.class ?? ''}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{props.title}</h2>
        {props.note && <span class="soft">{props.note}</span>}
        {props.actions && <div class="panel-actions">{props.actions}</div>}
      </header>
      {props.children}
    </section>
  );
}

/** One of a few, as radio buttons. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class="hidden">{props.label}</legend>
      {props.options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Each by its shape too, so that colour isn't all there is. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span class="severity" data-severity={severity}>
      <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
        {severity === 'critical' ? (
          <path d="M6 .8 11.6 11H.4z" />
        ) : severity === 'warning' ? (
          <path d="M6 .5 11.5 6 6 11.5.5 6z" />
        ) : (
          <circle cx="6" cy="6" r="4.2" />
        )}
      </svg>
      {severity}
    </span>
  );
}

export function Time({ at, text }: { at: string; text?: string }) {
  return (
    <time dateTime={at} title={full(at)}>
      {text ?? when(at)}
    </time>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading {what}</span>
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
    </div>
  );
}

/** What went wrong, and what can be done. */
export function Failure({ error, retry, what }: { error: Error; retry?: () => void; what: string }) {
  const forbidden = error instanceof ProblemError && error.status === 403;
  return (
    <div class="failure" role="alert">
      <p>
        <b>{forbidden ? `This token may not read ${what}.` : `No ${what}.`}</b> {error.message}
      </p>
      {retry && !forbidden && (
        <button type="button" class="quiet" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Above data that is older than it should be. */
export function Stale({ error }: { error: Error | undefined }) {
  return error ? (
    <p class="stale" role="status">
      Not up to date: {error.message}
    </p>
  ) : null;
}
