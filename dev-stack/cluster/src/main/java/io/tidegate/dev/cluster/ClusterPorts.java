package io.tidegate.dev.cluster;

import io.tidegate.dev.demo.LoopbackPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each role listens on 127.0.0.1: {@code nginx}, {@code nginx.grpc}, {@code gateway-1}, {@code gateway-1.ops}, … With a base
 * port they lie in a fixed order from there on, so that the console of the cluster at 18000 is always at 18000.
 */
final class ClusterPorts {

    static final String HOST = "127.0.0.1";
    /** How many a base port reserves. */
    static final int SPAN = 100;

    private static final int LOWEST_FREE = 19_000;
    private static final int LOWEST_OUTGOING = 32_700;

    private static final Map<String, Integer> OFFSETS = offsets();

    private ClusterPorts() {}

    /** @param basePort 0 for any free block, below the ports that the system gives to outgoing connections */
    static Map<String, Integer> of(int basePort) {
        if (basePort != 0) {
            return from(basePort);
        }
        List<Integer> blocks = new ArrayList<>();
        for (int base = LOWEST_FREE; base + SPAN <= LOWEST_OUTGOING; base += SPAN) {
            blocks.add(base);
        }
        // Two that look at the same time had better not look at the same place.
        Collections.shuffle(blocks);
        for (int base : blocks) {
            Map<String, Integer> ports = from(base);
            if (ports.values().stream().noneMatch(LoopbackPort::isTaken)) {
                return ports;
            }
        }
        throw new IllegalStateException(
                "base-port: no " + SPAN + " free ports between " + LOWEST_FREE + " and " + LOWEST_OUTGOING);
    }

    /** With those that a cluster of before doesn't have. */
    static Map<String, Integer> completed(Map<String, Integer> ports) {
        Map<String, Integer> all = from(ports.getOrDefault(Roles.NGINX, ClusterSettings.DEFAULT_BASE_PORT));
        all.putAll(ports);
        return all;
    }

    private static Map<String, Integer> from(int basePort) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        OFFSETS.forEach((name, offset) -> ports.put(name, basePort + offset));
        return ports;
    }

    private static Map<String, Integer> offsets() {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        offsets.put(Roles.NGINX, 0);
        offsets.put(Roles.NGINX + ".grpc", 1);
        offsets.put(Roles.NGINX + ".status", 2);
        offsets.put(MonitoringRoles.PROMETHEUS, 3);
        offsets.put(MonitoringRoles.ALERTMANAGER, 4);
        offsets.put(MonitoringRoles.NGINX_EXPORTER, 5);
        offsets.put(MonitoringRoles.BLACKBOX_EXPORTER, 6);
        offsets.put(MonitoringRoles.REDIS_EXPORTER, 7);
        offsets.put(Roles.REDIS, 8);
        offsets.put(Roles.REDIS_EXPORT, 9);
        for (int i = 1; i <= Roles.GATEWAYS; i++) {
            offsets.put(Roles.GATEWAY + i, 10 * i);
            offsets.put(Roles.GATEWAY + i + ".grpc", 10 * i + 1);
            offsets.put(Roles.GATEWAY + i + ".ops", 10 * i + 2);
        }
        for (int i = 1; i <= Roles.JOB_MANAGERS; i++) {
            offsets.put(Roles.JOB_MANAGER + i, 20 + 10 * i);
            offsets.put(Roles.JOB_MANAGER + i + ".rpc", 20 + 10 * i + 1);
            offsets.put(Roles.JOB_MANAGER + i + ".blob", 20 + 10 * i + 2);
            offsets.put(Roles.JOB_MANAGER + i + ".metrics", 20 + 10 * i + 3);
        }
        for (int i = 1; i <= Roles.TASK_MANAGERS; i++) {
            offsets.put(Roles.TASK_MANAGER + i, 40 + 10 * i);
            offsets.put(Roles.TASK_MANAGER + i + ".data", 40 + 10 * i + 1);
            offsets.put(Roles.TASK_MANAGER + i + ".metrics", 40 + 10 * i + 2);
        }
        for (int i = 1; i <= Roles.BROKERS; i++) {
            offsets.put(Roles.BROKER + i, 70 + 2 * i);
            offsets.put(Roles.BROKER + i + ".controller", 70 + 2 * i + 1);
            offsets.put(Roles.BROKER + i + ".metrics", 90 + i);
            offsets.put(Roles.BROKER + i + ".brokers", 94 + i);
        }
        offsets.put(Roles.ZOOKEEPER, 80);
        for (int i = 1; i <= ClusterSettings.SHARDS; i++) {
            offsets.put(Roles.CLICKHOUSE + i, 80 + i);
        }
        return offsets;
    }
}
