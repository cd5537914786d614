package io.tidegate.serving.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Iterator;

/**
 * What a proxy in front could read differently from this server is refused: then nobody can hide a second request inside the
 * first. Reaches below Vert.x, which has no setting for it; tests on raw sockets tell if a new version of it doesn't play along.
 */
final class StrictHttp {

    private StrictHttp() {}

    /** Call it when a connection begins, before it has read anything. */
    static void enforce(HttpConnection connection, HttpServerOptions options) {
        if (connection instanceof ConnectionBase base) {
            ChannelPipeline pipeline = base.channelHandlerContext().pipeline();
            pipeline.replace(VertxHttpRequestDecoder.class, "strictHttpDecoder", new Decoder(options));
        }
    }

    /** Ends a connection that hasn't brought a whole request head in time. */
    static void timeOut(HttpConnection connection) {
        if (connection instanceof ConnectionBase base) {
            FullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_TIMEOUT);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            base.channelHandlerContext().writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        } else {
            connection.close();
        }
    }

    private static final class Decoder extends VertxHttpRequestDecoder {

        Decoder(HttpServerOptions options) {
            super(options);
        }

        /** Netty would drop the length and go on; RFC 9112 6.1 allows to refuse, and a proxy may have done the opposite. */
        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
        }

        @Override
        protected HttpMessage createMessage(String[] initialLine) {
            HttpMessage message = super.createMessage(initialLine);
            if (!message.protocolVersion().equals(HttpVersion.HTTP_1_1)
                    && !message.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
                throw new IllegalArgumentException("neither HTTP/1.1 nor HTTP/1.0");
            }
            return message;
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage message) {
            // Called once, when all headers are there.
            HttpHeaders headers = message.headers();
            if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                    && (message.protocolVersion().equals(HttpVersion.HTTP_1_0)
                            || headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1
                            || !"chunked".equalsIgnoreCase(headers.get(HttpHeaderNames.TRANSFER_ENCODING)))) {
                throw new IllegalArgumentException("a Transfer-Encoding other than chunked");
            }
            if (message.protocolVersion().equals(HttpVersion.HTTP_1_1) && !hasOneHost(headers)) {
                throw new IllegalArgumentException("not exactly one Host");
            }
            if (headers.contains("")) {
                throw new IllegalArgumentException("a header without a name");
            }
            return super.isContentAlwaysEmpty(message);
        }

        private static boolean hasOneHost(HttpHeaders headers) {
            Iterator<? extends CharSequence> hosts = headers.valueCharSequenceIterator(HttpHeaderNames.HOST);
            if (!hosts.hasNext()) {
                return false;
            }
            hosts.next();
            return !hosts.hasNext();
        }
    }
}
