package io.tidegate.dev.demo;

import java.net.URI;
import java.nio.file.Path;

/** Where this module's own code lies: other processes take its log settings and its metric reporter from there. */
public final class DemoJar {

    private DemoJar() {}

    /** A jar, or a folder of classes. */
    public static Path path() {
        return Path.of(URI.create(DemoJar.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
    }
}
