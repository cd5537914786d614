package io.tidegate.serving.docs;

import io.tidegate.serving.http.StaticFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Files of Swagger UI's package on the class path, and the page around it. */
final class SwaggerUi {

    private static final String POM = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String FOLDER = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";

    private SwaggerUi() {}

    /**
     * @param name of a file beside this class
     */
    static StaticFile page(String path, String name, String contentType) {
        return StaticFile.of(path, contentType, StaticFile.resource(SwaggerUi.class, name));
    }

    /**
     * @param name of a file of Swagger UI
     */
    static StaticFile file(String path, String name, String contentType) {
        return StaticFile.of(path, contentType, StaticFile.resource(SwaggerUi.class, FOLDER + name));
    }

    private static String version() {
        try (InputStream in = SwaggerUi.class.getResourceAsStream(POM)) {
            if (in == null) {
                throw new IllegalStateException("Swagger UI is missing on the class path");
            }
            Properties pom = new Properties();
            pom.load(in);
            return pom.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
