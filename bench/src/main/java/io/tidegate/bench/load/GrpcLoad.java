package io.tidegate.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tidegate.bench.process.Commands;
import io.tidegate.bench.workload.BetEvents;
import io.tidegate.contracts.v1.PublishRequest;
import io.tidegate.contracts.v1.PublishResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;

/**
 * Publishes bets over gRPC, in a process of its own. Its command {@code open RATE SECONDS}: so many calls a second on one connection, each
 * when it is due, whatever becomes of the others; a call's time runs from when it was due. Answers as {@link HttpLoad} does.
 *
 * <p>Arguments: port, token, events a call, distinct calls, users, padding, the first event's time.
 */
public final class GrpcLoad {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final MethodDescriptor<PublishRequest, PublishResponse> PUBLISH =
            MethodDescriptor.<PublishRequest, PublishResponse>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName("tidegate.v1.EventService/Publish")
                    .setRequestMarshaller(ProtoUtils.marshaller(PublishRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(PublishResponse.getDefaultInstance()))
                    .build();

    private final Channel channel;
    private final List<PublishRequest> calls;
    private final int events;

    private GrpcLoad(Channel channel, List<PublishRequest> calls, int events) {
        this.channel = channel;
        this.calls = calls;
        this.events = events;
    }

    public static void main(String[] args) throws IOException {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(args[0]))
                .usePlaintext()
                .build();
        Metadata metadata = new Metadata();
        metadata.put(AUTHORIZATION, "Bearer " + args[1]);
        int events = Integer.parseInt(args[2]);
        BetEvents bets = new BetEvents(Integer.parseInt(args[4]), Integer.parseInt(args[5]), Long.parseLong(args[6]));
        List<PublishRequest> calls = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            PublishRequest.Builder call = PublishRequest.newBuilder();
            for (int j = 0; j < events; j++) {
                call.addEvents(bets.event(i * events + j));
            }
            calls.add(call.build());
        }
        GrpcLoad load = new GrpcLoad(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                calls,
                events);
        Commands.obey(words -> {
            if (!words[0].equals("open")) {
                throw new IllegalArgumentException("unknown: " + words[0]);
            }
            return HttpLoad.told(load.open(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
        });
    }

    private Histogram open(int rate, int seconds) throws IOException, InterruptedException {
        Histogram latencies = HttpLoad.histogram();
        int total = rate * seconds;
        CountDownLatch answers = new CountDownLatch(total);
        AtomicReference<String> failure = new AtomicReference<>();
        long start = System.nanoTime();
        long pause = TimeUnit.SECONDS.toNanos(1) / rate;
        for (int i = 0; i < total; i++) {
            long due = start + i * pause;
            HttpLoad.awaitTime(due);
            ClientCalls.asyncUnaryCall(
                    channel.newCall(PUBLISH, CallOptions.DEFAULT),
                    calls.get(i % calls.size()),
                    new StreamObserver<PublishResponse>() {
                        @Override
                        public void onNext(PublishResponse response) {
                            latencies.recordValue(
                                    Math.min(latencies.getHighestTrackableValue(), System.nanoTime() - due));
                            if (response.getAccepted() != events) {
                                failure.set(response.getAccepted() + " of " + events + " events were accepted");
                            }
                        }

                        @Override
                        public void onError(Throwable problem) {
                            failure.set(problem.toString());
                            answers.countDown();
                        }

                        @Override
                        public void onCompleted() {
                            answers.countDown();
                        }
                    });
        }
        if (!answers.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            failure.set(answers.getCount() + " calls weren't answered within " + PATIENCE);
        }
        if (failure.get() != null) {
            throw new IOException(failure.get());
        }
        return latencies;
    }
}
