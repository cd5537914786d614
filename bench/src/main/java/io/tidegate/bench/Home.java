package io.tidegate.bench;

import java.nio.file.Path;

/** The checkout. */
public final class Home {

    private Home() {}

    /** As the script says; in a test of this module, the directory above. */
    public static Path directory() {
        return Path.of(System.getProperty("tidegate.home", ".."))
                .toAbsolutePath()
                .normalize();
    }
}
