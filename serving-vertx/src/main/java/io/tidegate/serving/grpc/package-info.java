/**
 * The gRPC server, on a port of its own: authentication and limits in front of every service, health, reflection. A feature brings
 * its services with it, see {@link io.tidegate.serving.http.RouteModule#grpcServices}; errors are
 * {@link io.tidegate.serving.grpc.GrpcProblem}s, as they are problem documents over HTTP.
 */
package io.tidegate.serving.grpc;
