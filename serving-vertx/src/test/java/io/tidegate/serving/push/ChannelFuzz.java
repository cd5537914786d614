package io.tidegate.serving.push;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A channel's name: what parses is inside the grammar. */
public final class ChannelFuzz {

    private ChannelFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String name = new String(input, StandardCharsets.UTF_8);
        Optional<Channel> channel = Channel.parse(name);
        if (channel.isPresent()
                && (!channel.get().toString().equals(name) || name.contains("..") || !name.matches("[\\x21-\\x7e]+"))) {
            throw new IllegalStateException("outside the grammar: " + name);
        }
    }
}
