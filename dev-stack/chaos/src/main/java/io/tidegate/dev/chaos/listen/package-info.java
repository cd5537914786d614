/** Those who listen to alerts during a campaign, as any application would: with the Java client, over reconnects. */
package io.tidegate.dev.chaos.listen;
