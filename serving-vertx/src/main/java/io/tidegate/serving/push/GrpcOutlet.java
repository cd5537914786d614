package io.tidegate.serving.push;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.tidegate.contracts.v1.Alert;
import io.tidegate.contracts.v1.Counter;
import io.tidegate.contracts.v1.Expiring;
import io.tidegate.contracts.v1.FeedMessage;
import io.tidegate.contracts.v1.Gap;
import io.tidegate.contracts.v1.Notification;
import io.tidegate.contracts.v1.Subscribed;
import io.tidegate.serving.grpc.GrpcProblem;
import java.time.Duration;

/**
 * Writes to a gRPC call of one subscription. An error is no message here: it is the status that the call ends with, and the trailer
 * {@code tidegate-cursor} says where to continue. Keeping the connection alive is HTTP/2's business, so a heartbeat is nothing.
 *
 * <p>RESOURCE_EXHAUSTED for a listener that is too slow, UNAVAILABLE if it should come again, UNAUTHENTICATED when its token has
 * expired.
 */
final class GrpcOutlet implements Outlet {

    static final Metadata.Key<String> CURSOR = Metadata.Key.of("tidegate-cursor", Metadata.ASCII_STRING_MARSHALLER);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ServerCallStreamObserver<FeedMessage> call;
    /** After the last message that was handed to gRPC; empty while no place is known. */
    private String cursor;
    /** Why the call is about to be closed; null if nobody said. */
    private PushError error;

    /**
     * @param cursor where the listener asked to continue; empty if it didn't
     */
    GrpcOutlet(ServerCallStreamObserver<FeedMessage> call, String cursor) {
        this.call = call;
        this.cursor = cursor;
    }

    @Override
    public boolean isFull() {
        return !call.isCancelled() && !call.isReady();
    }

    @Override
    public void write(Notice notice) {
        if (notice instanceof Notice.Subscribed subscribed) {
            FeedMessage.Builder message = FeedMessage.newBuilder()
                    .setChannel(subscribed.channel().name())
                    .setSubscribed(Subscribed.getDefaultInstance());
            if (subscribed.cursor() != null) {
                cursor = subscribed.cursor();
                message.setCursor(cursor);
            }
            send(message);
        } else if (notice instanceof Notice.Gap gap) {
            send(FeedMessage.newBuilder()
                    .setChannel(gap.channel().name())
                    .setGap(Gap.newBuilder()
                            .setFromMs(gap.from().toEpochMilli())
                            .setToMs(gap.to().toEpochMilli())));
        } else if (notice instanceof Notice.Expiring expiring) {
            send(FeedMessage.newBuilder()
                    .setExpiring(Expiring.newBuilder().setAtMs(expiring.at().toEpochMilli())));
        } else if (notice instanceof Notice.Error told) {
            error = told.error();
        }
    }

    @Override
    public void write(FeedEvent event, int channelIndex, String otherCursor) {
        cursor = otherCursor == null ? event.cursor() : otherCursor;
        FeedMessage.Builder message = FeedMessage.newBuilder()
                .setChannel(event.channels().get(channelIndex).name())
                .setCursor(cursor);
        Message data = event.message();
        if (data instanceof Alert alert) {
            message.setAlert(alert);
        } else if (data instanceof Notification notification) {
            message.setNotification(notification);
        } else if (data instanceof Counter counter) {
            message.setCounter(counter);
        } else {
            throw new IllegalArgumentException("no feed has a " + data.getClass());
        }
        send(message);
    }

    private void send(FeedMessage.Builder message) {
        if (!call.isCancelled()) {
            call.onNext(message.build());
        }
    }

    @Override
    public void heartbeat() {
        // See the class.
    }

    @Override
    public void close(CloseCode code, String reason) {
        if (call.isCancelled()) {
            return;
        }
        StatusRuntimeException end = problem(code, reason).toException();
        if (!cursor.isEmpty()) {
            end.getTrailers().put(CURSOR, cursor);
        }
        call.onError(end);
    }

    private GrpcProblem problem(CloseCode code, String reason) {
        return switch (code) {
            case UNAUTHORIZED ->
                GrpcProblem.of(
                        Status.Code.UNAUTHENTICATED,
                        PushError.TOKEN_EXPIRED.code(),
                        "The token has expired: subscribe again with the last cursor and a new one.");
            case TRY_AGAIN_LATER ->
                error == PushError.SLOW_CONSUMER
                        ? told(Status.Code.RESOURCE_EXHAUSTED, reason).retryAfter(RETRY_AFTER)
                        : told(Status.Code.UNAVAILABLE, reason).retryAfter(RETRY_AFTER);
            case GOING_AWAY, SERVICE_RESTART ->
                GrpcProblem.of(
                                Status.Code.UNAVAILABLE,
                                "shutting_down",
                                "Subscribe again with the last cursor: " + reason + ".")
                        .retryAfter(RETRY_AFTER);
            case POLICY_VIOLATION, TOO_BIG -> told(Status.Code.RESOURCE_EXHAUSTED, reason);
            case UNSUPPORTED_DATA -> told(Status.Code.INVALID_ARGUMENT, reason);
            case INTERNAL_ERROR -> told(Status.Code.INTERNAL, reason);
        };
    }

    private GrpcProblem told(Status.Code status, String reason) {
        return error == null
                ? GrpcProblem.of(status, PushError.INTERNAL.code(), reason)
                : GrpcProblem.of(status, error.code(), error.message());
    }
}
