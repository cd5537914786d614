package io.tidegate.serving.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An error answer: {@code application/problem+json} of RFC 9457.
 *
 * <pre>{"type":"urn:tidegate:problem:missing_role","title":"Forbidden","status":403,"code":"missing_role","detail":"…"}</pre>
 *
 * @param code machine-readable, lower snake case, stable
 * @param detail one sentence for the person who reads it; never contains what a stranger shouldn't learn
 * @param headers sent along
 * @param extension writes further members into the open object
 */
public record Problem(int status, String code, String detail, Map<String, String> headers, JsonBody.Writer extension) {

    public static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/problem+json");

    public static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, Map.of(), json -> {});
    }

    public Problem header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, code, detail, more, extension);
    }

    /** Adds {@code Retry-After} in whole seconds, at least 1. */
    public Problem retryAfter(Duration wait) {
        return header("Retry-After", Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000)));
    }

    public Problem with(JsonBody.Writer members) {
        return new Problem(status, code, detail, headers, members);
    }

    public Buffer body() {
        return JsonBody.write(json -> {
            json.writeStartObject();
            json.writeStringField("type", "urn:tidegate:problem:" + code);
            json.writeStringField("title", HttpResponseStatus.valueOf(status).reasonPhrase());
            json.writeNumberField("status", status);
            json.writeStringField("code", code);
            json.writeStringField("detail", detail);
            extension.write(json);
            json.writeEndObject();
        });
    }

    /** Answers with this problem, unless an answer is already on its way or the client is gone. */
    public Future<Void> send(HttpServerResponse response) {
        if (response.headWritten() || response.ended() || response.closed()) {
            return Future.succeededFuture();
        }
        response.setStatusCode(status);
        response.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE);
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        headers.forEach(response::putHeader);
        return response.end(body());
    }
}
