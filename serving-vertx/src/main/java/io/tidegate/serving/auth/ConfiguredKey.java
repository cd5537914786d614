package io.tidegate.serving.auth;

import io.vertx.core.Future;
import java.util.Optional;

/** The one key of a file. */
final class ConfiguredKey implements TokenKeys {

    private final TokenKey key;
    private final Optional<String> keyId;

    /**
     * @param keyId what a token may name; empty: a token that names any is refused
     */
    ConfiguredKey(TokenKey key, Optional<String> keyId) {
        this.key = key;
        this.keyId = keyId;
    }

    @Override
    public Future<TokenKey> find(TokenHeader header) {
        if (header.keyId().isPresent() && !header.keyId().equals(keyId)) {
            return Future.failedFuture(new InvalidTokenException("the token's key id is unknown"));
        }
        return Future.succeededFuture(key);
    }
}
