// Sends an event, and prints what is pushed about its post until the event is counted.
//
//   TIDEGATE_URL=http://127.0.0.1:8080 TIDEGATE_TOKEN=$(scripts/token --sub me --role producer) \
//     node docs/examples/publish-and-listen.mjs
//
// In a project of your own the import is '@tidegate/client'.

import { Tidegate } from '../../clients/js/dist/index.js';

const tidegate = new Tidegate({
  url: process.env.TIDEGATE_URL ?? 'http://127.0.0.1:8080',
  token: process.env.TIDEGATE_TOKEN,
});
const postId = `example-${Date.now()}`;

const feed = tidegate.feed();
await new Promise((subscribed) => {
  feed.subscribe(`post:${postId}`, {
    onSubscribed: subscribed,
    onEvent: async (counters) => {
      console.log(`${counters.postId}: ${counters.likes} likes`);
      if (counters.likes > 0) {
        await tidegate.close();
      }
    },
    onGap: ({ from, to }) => console.log(`something is missing between ${from} and ${to}`),
    onError: (error) => {
      console.error(error.message);
      process.exitCode = 1;
      feed.close();
    },
  });
});

const { accepted, rejected, eventIds } = await tidegate.publish({ type: 'like', userId: 'ann', postId });
console.log(`accepted ${accepted}`, ...eventIds);
rejected.forEach(({ field, message }) => console.error(field, message));
