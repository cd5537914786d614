package io.tidegate.dev.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Stands for a server: {@code ListeningMain PORT STARTS}; prints what it was given and takes connections. */
final class ListeningMain {

    private ListeningMain() {}

    public static void main(String[] args) throws IOException {
        System.out.println(System.getenv("GREETING") + ", start " + args[1]);
        try (ServerSocket socket =
                new ServerSocket(Integer.parseInt(args[0]), 10, InetAddress.getByName("127.0.0.1"))) {
            while (true) {
                socket.accept().close();
            }
        }
    }
}
