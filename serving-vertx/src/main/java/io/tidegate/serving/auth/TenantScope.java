package io.tidegate.serving.auth;

import java.util.Optional;

/**
 * Whose data somebody may read.
 *
 * @param tenant the only one, where empty text is what no tenant sent; no value: everybody's
 */
public record TenantScope(Optional<String> tenant) {

    public static final TenantScope ALL = new TenantScope(Optional.empty());

    public static TenantScope only(String tenant) {
        return new TenantScope(Optional.of(tenant));
    }

    /** Whether data of this tenant is in it. */
    public boolean covers(String other) {
        return tenant.isEmpty() || tenant.get().equals(other);
    }
}
