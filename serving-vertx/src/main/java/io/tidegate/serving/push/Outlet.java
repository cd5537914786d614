package io.tidegate.serving.push;

/** The writing side of one socket. Only for its event loop. */
interface Outlet {

    /** Whether what is written now would only pile up in memory. Once false again, the drain handler is called. */
    boolean isFull();

    /** Sends one text frame. The bytes are not copied and must never change: other sockets send the same ones. */
    void write(byte[] utf8);

    /** Sends a ping; whoever is there answers with a pong. */
    void ping();

    /** Sends a close frame; if the peer doesn't take it within the closing time-limit, cuts the connection. */
    void close(CloseCode code, String reason);
}
