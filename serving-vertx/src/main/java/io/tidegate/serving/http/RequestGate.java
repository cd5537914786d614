package io.tidegate.serving.http;

import io.vertx.ext.web.RoutingContext;

/** Decides about a request before anything is spent on it: before routing, authentication and the body. */
@FunctionalInterface
public interface RequestGate {

    /** Lets everything in. */
    RequestGate OPEN = context -> true;

    /**
     * @return false if the request has been answered
     */
    boolean admit(RoutingContext context);
}
