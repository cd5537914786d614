package io.tidegate.serving.push;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds back the flushes of the connections of one event loop while it hands out a burst of events, so that a burst costs a
 * connection one system call instead of one for each event. Belongs to that event loop.
 */
final class Cork {

    /** A connection that has less room than this before it counts as full is flushed at once: it must not look slow for being held back. */
    private static final long ROOM = 32 * 1024;

    private final List<Plug> waiting = new ArrayList<>();
    private boolean holding;
    private int held;

    /** From now on flushes wait for {@link #release}. */
    void hold() {
        holding = true;
    }

    /** What has waited goes out, and what comes isn't held back any more. */
    void release() {
        holding = false;
        held = 0;
        for (Plug plug : waiting) {
            plug.flush();
        }
        waiting.clear();
    }

    /** How many flushes wait, of all connections together: so many system calls less, if there is one for each connection in the end. */
    int held() {
        return held;
    }

    /** One for each connection, to stand nearest to the socket. */
    ChannelHandler newPlug() {
        return new Plug();
    }

    private final class Plug extends ChannelOutboundHandlerAdapter {
        private ChannelHandlerContext context;
        private boolean isWaiting;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        @Override
        public void flush(ChannelHandlerContext ignored) {
            if (!holding || context.channel().bytesBeforeUnwritable() < ROOM) {
                context.flush();
                return;
            }
            held++;
            if (!isWaiting) {
                isWaiting = true;
                waiting.add(this);
            }
        }

        private void flush() {
            isWaiting = false;
            context.flush();
        }

        @Override
        public void close(ChannelHandlerContext ignored, ChannelPromise promise) {
            // Else what was written before would be lost.
            if (isWaiting) {
                context.flush();
            }
            context.close(promise);
        }
    }
}
