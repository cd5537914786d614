package io.tidegate.serving.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tidegate.serving.limits.Limiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An error answer over gRPC: what {@link io.tidegate.serving.http.Problem} is over HTTP.
 *
 * <p>In trailer {@code grpc-status-details-bin} ({@code google.rpc.Status}): an {@code ErrorInfo} whose reason is {@code code} in
 * upper case and whose domain is {@code tidegate}; a {@code RetryInfo} where repeating helps; further details. In trailer
 * {@code grpc-retry-pushback-ms}: when to repeat, or -1 where repeating can't help.
 *
 * @param code the same as over HTTP: machine-readable, lower snake case, stable
 * @param detail one sentence for the person who reads it
 * @param retryAfter zero if repeating doesn't help
 */
public record GrpcProblem(Status.Code status, String code, String detail, Duration retryAfter, List<Message> details) {

    private static final String DOMAIN = "tidegate";
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    public GrpcProblem {
        details = List.copyOf(details);
    }

    public static GrpcProblem of(Status.Code status, String code, String detail) {
        return new GrpcProblem(status, code, detail, Duration.ZERO, List.of());
    }

    /** The answer to what a limit refuses. */
    public static GrpcProblem limited(Limiter.Decision decision) {
        return of(
                        Status.Code.RESOURCE_EXHAUSTED,
                        "rate_limited",
                        "Too many " + decision.unit().name().toLowerCase(Locale.ROOT) + ". Slow down.")
                .retryAfter(Duration.ofSeconds(Math.max(1, decision.retryAfterSeconds())));
    }

    /** Repeating the call after this time may help. */
    public GrpcProblem retryAfter(Duration wait) {
        return new GrpcProblem(status, code, detail, wait, details);
    }

    public GrpcProblem with(Message more) {
        List<Message> all = new ArrayList<>(details);
        all.add(more);
        return new GrpcProblem(status, code, detail, retryAfter, all);
    }

    /** To end a call with. */
    public StatusRuntimeException toException() {
        com.google.rpc.Status.Builder answer = com.google.rpc.Status.newBuilder()
                .setCode(status.value())
                .setMessage(detail)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(code.toUpperCase(Locale.ROOT))
                        .setDomain(DOMAIN)
                        .build()));
        if (!retryAfter.isZero()) {
            answer.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                            .setSeconds(retryAfter.toSeconds())
                            .setNanos(retryAfter.getNano()))
                    .build()));
        }
        details.forEach(detail -> answer.addDetails(Any.pack(detail)));
        Metadata trailers = new Metadata();
        trailers.put(PUSHBACK, retryAfter.isZero() ? "-1" : Long.toString(retryAfter.toMillis()));
        return StatusProto.toStatusRuntimeException(answer.build(), trailers);
    }
}
