import { hrefOf } from '../route.ts';
import { PostRanks } from '../posts/PostRanks.tsx';
import { Panel } from '../ui/parts.tsx';
import { AlertList } from './AlertList.tsx';
import { AlertFilters } from './AlertFilters.tsx';
import { Pulse } from './Pulse.tsx';
import { held, paused, release, togglePause } from './alert-store.ts';
import { plural } from '../format.ts';

export function LiveView() {
  return (
    <div class="live">
      <Pulse />
      <Panel
        title="Alerts"
        class="alerts-panel"
        actions={
          <>
            {held.value.length > 0 && (
              <button type="button" class="count" onClick={release}>
                Show {plural(held.value.length, 'new alert')}
              </button>
            )}
            <button type="button" class="quiet" aria-pressed={paused.value} onClick={togglePause} title="p">
              {paused.value ? 'Resume' : 'Hold'}
            </button>
          </>
        }
      >
        <AlertFilters />
        <AlertList />
      </Panel>
      <Panel title="Top posts" note="net likes, live" class="posts-panel" actions={<a href={hrefOf('posts')}>All</a>}>
        <PostRanks most={10} />
      </Panel>
    </div>
  );
}
