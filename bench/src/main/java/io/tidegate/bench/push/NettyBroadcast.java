package io.tidegate.bench.push;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The least that sending a message to all sockets can cost on the JVM: the frame is made once, header and all, and its bytes are written and flushed
 * to each socket by the socket's own event loop. No subscriptions, no backlog, no tokens.
 */
final class NettyBroadcast implements AutoCloseable {

    private static final int MAX_SHORT = 125;

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), NioIoHandler.newFactory());
    private final Map<EventExecutor, List<Channel>> sockets = new ConcurrentHashMap<>();
    private final Channel server;

    NettyBroadcast() throws InterruptedException {
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(8192))
                                .addLast(new WebSocketServerProtocolHandler("/ws"))
                                .addLast(new Commands());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private void broadcast(int number) {
        byte[] text = SampleAlert.frame(number).getBytes(StandardCharsets.UTF_8);
        ByteBuf frame = Unpooled.directBuffer(4 + text.length).writeByte(0x81);
        if (text.length <= MAX_SHORT) {
            frame.writeByte(text.length);
        } else {
            frame.writeByte(126).writeShort(text.length);
        }
        frame.writeBytes(text);
        sockets.forEach((loop, channels) -> {
            ByteBuf shared = frame.retainedDuplicate();
            loop.execute(() -> {
                for (Channel channel : channels) {
                    channel.writeAndFlush(shared.retainedDuplicate(), channel.voidPromise());
                }
                shared.release();
            });
        });
        frame.release();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** A socket; what it says is how many messages are to be sent to all. */
    private final class Commands extends SimpleChannelInboundHandler<TextWebSocketFrame> {

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                sockets.computeIfAbsent(context.channel().eventLoop(), loop -> new CopyOnWriteArrayList<>())
                        .add(context.channel());
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            String[] words = frame.text().split(" ");
            int from = Integer.parseInt(words[1]);
            for (int i = from; i < from + Integer.parseInt(words[2]); i++) {
                broadcast(i);
            }
        }
    }
}
