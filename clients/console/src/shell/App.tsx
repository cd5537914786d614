import { useEffect, useRef } from 'preact/hooks';
import { ActivityView } from '../activity/ActivityView.tsx';
import { announcement } from '../announce.ts';
import { HealthView } from '../health/HealthView.tsx';
import { LiveView } from '../live/LiveView.tsx';
import { PostsView } from '../posts/PostsView.tsx';
import { hrefOf, route } from '../route.ts';
import { RulesView } from '../rules/RulesView.tsx';
import { expiresSoon, session } from '../session.ts';
import { StoryView } from '../story/StoryView.tsx';
import { Empty } from '../ui/parts.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { SignIn } from './SignIn.tsx';

const TITLES = {
  live: 'Live',
  activity: 'Activity',
  posts: 'Posts',
  rules: 'Rules',
  rule: 'Rule',
  health: 'Health',
  story: 'Alert',
  unknown: 'Not found',
} as const;

export function App() {
  const main = useRef<HTMLElement>(null);
  const at = route.value;
  const place = JSON.stringify(at);
  const before = useRef(place);

  useEffect(() => {
    document.title = session.value ? `${TITLES[at.view]} · Tidegate` : 'Tidegate';
    // Who follows a link is at its target, also with a screen reader; not on the first view.
    if (before.current !== place) {
      before.current = place;
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, [place, session.value]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header />
      {expiresSoon.value && (
        <p class="banner" role="status">
          This token expires in {expiresSoon.value}. Sign in with another one to stay connected.
        </p>
      )}
      <main ref={main} tabIndex={-1} id="main">
        {session.value ? <View /> : <SignIn />}
      </main>
      <div class="hidden" role="status" aria-live="polite" data-testid="announcements">
        {announcement.value}
      </div>
      <Help />
    </>
  );
}

function View() {
  const at = route.value;
  switch (at.view) {
    case 'live':
      return <LiveView />;
    case 'activity':
      return <ActivityView />;
    case 'posts':
      return <PostsView />;
    case 'rules':
      return <RulesView />;
    case 'rule':
      return <RulesView ruleId={at.ruleId} />;
    case 'health':
      return <HealthView />;
    case 'story':
      return <StoryView alertId={at.alertId} key={at.alertId} />;
    case 'unknown':
      return (
        <Empty title="There is nothing at this address.">
          <a href={hrefOf()}>Go to the live view</a>
        </Empty>
      );
  }
}
