package io.tidegate.serving.grpc;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A gRPC service from its {@code .proto} descriptor and a handler per method, without generated stubs: the contracts module stays
 * free of gRPC. Handlers come from {@link io.grpc.stub.ServerCalls}.
 *
 * <pre>{@code
 * GrpcServiceBuilder.of(Services.getDescriptor(), "FeedService")
 *         .method("Subscribe", FeedMessage.getDefaultInstance(), ServerCalls.asyncServerStreamingCall(this::subscribe))
 *         .build();
 * }</pre>
 */
public final class GrpcServiceBuilder {

    private final Descriptors.ServiceDescriptor service;
    private final Map<MethodDescriptor<?, ?>, ServerCallHandler<?, ?>> methods = new LinkedHashMap<>();

    private GrpcServiceBuilder(Descriptors.ServiceDescriptor service) {
        this.service = service;
    }

    /**
     * @param name without its package
     */
    public static GrpcServiceBuilder of(Descriptors.FileDescriptor file, String name) {
        Descriptors.ServiceDescriptor service = file.findServiceByName(name);
        if (service == null) {
            throw new IllegalArgumentException(file.getName() + " has no service " + name);
        }
        return new GrpcServiceBuilder(service);
    }

    /** A method whose handler parses its requests itself, so that it says in the API's own words what is wrong with one. */
    public <R extends Message> GrpcServiceBuilder method(
            String name, R response, ServerCallHandler<byte[], R> handler) {
        Descriptors.MethodDescriptor method = service.findMethodByName(name);
        if (method == null) {
            throw new IllegalArgumentException(service.getFullName() + " has no method " + name);
        }
        MethodDescriptor<byte[], R> descriptor = MethodDescriptor.newBuilder(
                        WireBytes.INSTANCE, ProtoUtils.marshaller(response))
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service.getFullName(), name))
                .setType(type(method))
                .setSchemaDescriptor(new Schema(service, method))
                .build();
        methods.put(descriptor, handler);
        return this;
    }

    public ServerServiceDefinition build() {
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(service.getFullName()).setSchemaDescriptor(new Schema(service, null));
        methods.keySet().forEach(descriptor::addMethod);
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach((method, handler) -> add(definition, method, handler));
        return definition.build();
    }

    @SuppressWarnings("unchecked") // method(…) put the two in together
    private static <Q, R> void add(
            ServerServiceDefinition.Builder definition,
            MethodDescriptor<Q, R> method,
            ServerCallHandler<?, ?> handler) {
        definition.addMethod(method, (ServerCallHandler<Q, R>) handler);
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

    /** What reflection tells about a service and its methods. */
    private record Schema(Descriptors.ServiceDescriptor service, Descriptors.MethodDescriptor method)
            implements ProtoServiceDescriptorSupplier, ProtoMethodDescriptorSupplier {

        @Override
        public Descriptors.FileDescriptor getFileDescriptor() {
            return service.getFile();
        }

        @Override
        public Descriptors.ServiceDescriptor getServiceDescriptor() {
            return service;
        }

        @Override
        public Descriptors.MethodDescriptor getMethodDescriptor() {
            return method;
        }
    }
}
