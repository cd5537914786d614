package io.tidegate.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between client and gateway, and cuts connections in the middle of whatever they are doing. */
final class CuttingProxy implements AutoCloseable {

    private static final int BUFFER = 8 * 1024;

    private final ServerSocket server;
    private volatile int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean closed;

    CuttingProxy(int target) {
        this.target = target;
        try {
            this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Where connections go from now on. */
    void towards(int port) {
        target = port;
    }

    /** How many connections were cut. */
    int cuts() {
        return cuts.get();
    }

    /** Resets every connection that is open. */
    void cut() {
        for (Socket socket : open) {
            if (open.remove(socket)) {
                cuts.incrementAndGet();
                shut(socket);
            }
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = server.accept();
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(gateway);
                thread(() -> pump(client, gateway));
                thread(() -> pump(gateway, client));
            } catch (IOException e) {
                if (!closed && server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One end is gone; so shall be the other.
            closed |= server.isClosed();
        } finally {
            open.remove(from);
            open.remove(to);
            shut(from);
            shut(to);
        }
    }

    private static void shut(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, e) -> {});
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        cut();
    }
}
