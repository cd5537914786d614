package io.tidegate.serving.notify.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.serving.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsCipherTest {

    private static final byte[] PLAIN = "https://hooks.test/?token=secret".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private SettingsCipher cipher(int... keys) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int key : keys) {
            byte[] raw = new byte[32];
            raw[0] = (byte) key;
            lines.append(Base64.getEncoder().encodeToString(raw)).append('\n');
        }
        return SettingsCipher.load("settings.keyFile", Files.writeString(directory.resolve("key"), lines));
    }

    @Test
    void whatIsEncryptedCanBeReadWithTheKeyAndShowsNothing() throws Exception {
        byte[] value = cipher(1).encrypt("webhook/1", PLAIN);

        assertThat(new String(value, StandardCharsets.ISO_8859_1)).doesNotContain("hooks.test");
        assertThat(cipher(1).decrypt("webhook/1", value)).isEqualTo(PLAIN);
        assertThat(cipher(1).encrypt("webhook/1", PLAIN)).isNotEqualTo(value);
    }

    @Test
    void aValueThatWasChangedOrMovedToAnotherKeyIsRefused() throws Exception {
        byte[] value = cipher(1).encrypt("webhook/1", PLAIN);

        assertThatThrownBy(() -> cipher(1).decrypt("webhook/2", value)).isInstanceOf(GeneralSecurityException.class);
        value[value.length - 20] ^= 1;
        assertThatThrownBy(() -> cipher(1).decrypt("webhook/1", value)).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> cipher(1).decrypt("webhook/1", new byte[5]))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aNewKeyInFrontOfTheOldOneStillReadsWhatIsThere() throws Exception {
        byte[] old = cipher(1).encrypt("webhook/1", PLAIN);

        assertThat(cipher(2, 1).decrypt("webhook/1", old)).isEqualTo(PLAIN);
        assertThatThrownBy(() -> cipher(2).decrypt("webhook/1", old))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("key file");
    }

    @Test
    void aFileWithoutKeysIsNamedByItsField() {
        assertThatThrownBy(() -> SettingsCipher.load(
                        "settings.keyFile", Files.writeString(directory.resolve("bad"), "c2hvcnQ=")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("settings.keyFile:");
    }
}
