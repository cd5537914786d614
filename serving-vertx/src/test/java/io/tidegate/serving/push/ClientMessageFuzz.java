package io.tidegate.serving.push;

/** A text frame of a WebSocket client. */
public final class ClientMessageFuzz {

    private ClientMessageFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            ClientMessage message = ClientMessage.parse(input);
            if (message.op() == null || message.toString().isEmpty()) {
                throw new IllegalStateException("no op");
            }
        } catch (ClientMessage.MalformedException e) {
            // The only answer there is to nonsense.
        }
    }
}
