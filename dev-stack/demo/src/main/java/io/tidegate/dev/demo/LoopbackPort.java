package io.tidegate.dev.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on 127.0.0.1. */
public final class LoopbackPort {

    private LoopbackPort() {}

    /** Whether somebody listens there. */
    public static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of an earlier run that linger in TIME_WAIT don't count: the servers pass them over as well.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(Ports.HOST), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
