package io.tidegate.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What grpcurl does: it knows nothing of the contract, learns it by reflection, and calls any method with JSON. */
public final class ReflectingTool implements StreamObserver<ServerReflectionResponse> {

    private static final int PATIENCE_SECONDS = 60;

    private final BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    private final StreamObserver<ServerReflectionRequest> questions;

    /** @param channel needs no token */
    public ReflectingTool(Channel channel) {
        // One stream of questions, as tools keep it.
        questions = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(this);
    }

    public ServerReflectionResponse ask(ServerReflectionRequest question) throws InterruptedException {
        questions.onNext(question);
        ServerReflectionResponse answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).as("an answer to " + question).isNotNull();
        return answer;
    }

    public List<String> services() throws InterruptedException {
        return ask(ServerReflectionRequest.newBuilder().setListServices("").build())
                .getListServicesResponse()
                .getServiceList()
                .stream()
                .map(ServiceResponse::getName)
                .toList();
    }

    /** The file that has the service or message, with everything that it imports. */
    public Descriptors.FileDescriptor fileOf(String symbol) throws Exception {
        return file(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build());
    }

    private Descriptors.FileDescriptor file(ServerReflectionRequest question) throws Exception {
        Map<String, FileDescriptorProto> known = new HashMap<>();
        FileDescriptorProto wanted = null;
        for (ByteString bytes : ask(question).getFileDescriptorResponse().getFileDescriptorProtoList()) {
            FileDescriptorProto proto = FileDescriptorProto.parseFrom(bytes);
            wanted = wanted == null ? proto : wanted;
            known.put(proto.getName(), proto);
        }
        return build(wanted, known);
    }

    private Descriptors.FileDescriptor build(FileDescriptorProto proto, Map<String, FileDescriptorProto> known)
            throws Exception {
        List<Descriptors.FileDescriptor> imports = new ArrayList<>();
        for (String name : proto.getDependencyList()) {
            FileDescriptorProto needed = known.get(name);
            imports.add(
                    needed != null
                            ? build(needed, known)
                            : file(ServerReflectionRequest.newBuilder()
                                    .setFileByFilename(name)
                                    .build()));
        }
        return Descriptors.FileDescriptor.buildFrom(proto, imports.toArray(Descriptors.FileDescriptor[]::new));
    }

    /**
     * Calls a method of whatever kind.
     *
     * @param with carries the token
     * @param method {@code package.Service/Method}
     * @param enough how many answers to wait for; the call is ended then
     * @param requests JSON of the messages to send
     * @return the answers as JSON, on one line each
     * @throws io.grpc.StatusRuntimeException if the call ends otherwise than well
     */
    public List<String> call(Channel with, String method, int enough, String... requests) throws Exception {
        String[] names = method.split("/");
        Descriptors.MethodDescriptor described = fileOf(names[0])
                .findServiceByName(names[0].substring(names[0].lastIndexOf('.') + 1))
                .findMethodByName(names[1]);
        ClientCall<DynamicMessage, DynamicMessage> call = with.newCall(
                MethodDescriptor.newBuilder(
                                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(described.getInputType())),
                                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(described.getOutputType())))
                        .setFullMethodName(method)
                        .setType(type(described))
                        .build(),
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
        List<DynamicMessage> got = new CopyOnWriteArrayList<>();
        CompletableFuture<Status> end = new CompletableFuture<>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(DynamicMessage message) {
                        got.add(message);
                        if (got.size() == enough) {
                            end.complete(Status.OK);
                        } else {
                            call.request(1);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        for (String json : requests) {
            DynamicMessage.Builder request = DynamicMessage.newBuilder(described.getInputType());
            JsonFormat.parser().merge(json, request);
            call.sendMessage(request.build());
        }
        call.halfClose();
        Status status = end.get(2L * PATIENCE_SECONDS, TimeUnit.SECONDS);
        call.cancel("that was enough", null);
        if (!status.isOk()) {
            throw status.asRuntimeException();
        }
        List<String> json = new ArrayList<>();
        for (DynamicMessage message : got) {
            json.add(JsonFormat.printer().omittingInsignificantWhitespace().print(message));
        }
        return json;
    }

    private static MethodDescriptor.MethodType type(Descriptors.MethodDescriptor method) {
        if (method.isClientStreaming()) {
            return method.isServerStreaming()
                    ? MethodDescriptor.MethodType.BIDI_STREAMING
                    : MethodDescriptor.MethodType.CLIENT_STREAMING;
        }
        return method.isServerStreaming()
                ? MethodDescriptor.MethodType.SERVER_STREAMING
                : MethodDescriptor.MethodType.UNARY;
    }

    @Override
    public void onNext(ServerReflectionResponse answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable lost) {
        // ask() notices that no answer comes.
    }

    @Override
    public void onCompleted() {
        // As above.
    }
}
