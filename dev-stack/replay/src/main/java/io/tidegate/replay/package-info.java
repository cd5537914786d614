/** {@code scripts/replay}: a file of history, sent as events through the gateway. */
package io.tidegate.replay;
