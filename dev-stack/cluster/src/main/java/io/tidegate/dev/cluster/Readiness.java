package io.tidegate.dev.cluster;

import java.util.List;

/**
 * How one knows that a role does its work; kept in {@code cluster.json}, so that any process can ask.
 *
 * @param kind what is asked
 * @param targets URLs or {@code host:port}, as the kind needs
 * @param text what has to be there, where the kind needs it; otherwise empty
 */
record Readiness(Kind kind, List<String> targets, String text) {

    /** Ways to ask. */
    enum Kind {
        /** The URL answers 200. */
        HTTP,
        /** {@code host:port} takes connections. */
        TCP,
        /** ZooKeeper at {@code host:port} answers {@code srvr} and serves. */
        ZOOKEEPER,
        /** The broker at {@code host:port} knows the node {@code text} as one that serves. */
        BROKER,
        /** One of the JobManagers at the URLs knows the TaskManager {@code text}. */
        TASK_MANAGER
    }

    static Readiness http(String url) {
        return new Readiness(Kind.HTTP, List.of(url), "");
    }

    static Readiness tcp(String address) {
        return new Readiness(Kind.TCP, List.of(address), "");
    }

    static Readiness zooKeeper(String address) {
        return new Readiness(Kind.ZOOKEEPER, List.of(address), "");
    }

    static Readiness broker(String address, int node) {
        return new Readiness(Kind.BROKER, List.of(address), Integer.toString(node));
    }

    static Readiness taskManager(List<String> jobManagers, String resourceId) {
        return new Readiness(Kind.TASK_MANAGER, jobManagers, resourceId);
    }
}
