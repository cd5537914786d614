package io.tidegate.serving.auth;

import java.time.Instant;
import java.util.Set;

/**
 * Who is asking, from a verified token.
 *
 * @param sub claim {@code sub}, never empty
 * @param roles the known ones of claim {@code roles}; may be empty
 * @param tenant claim {@code tenant}, or empty: not bound to a tenant
 * @param expiresAt claim {@code exp}; a token is still taken up to the clock skew after it
 */
public record Principal(String sub, Set<Role> roles, String tenant, Instant expiresAt) {

    public Principal {
        roles = Set.copyOf(roles);
    }

    /** What somebody with a tenant reads is that tenant's; who has none is of the platform itself and reads all. */
    public TenantScope scope() {
        return tenant.isEmpty() ? TenantScope.ALL : TenantScope.only(tenant);
    }

    public boolean has(Role role) {
        return roles.contains(role);
    }

    public boolean hasAny(Set<Role> wanted) {
        for (Role role : wanted) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return false;
    }
}
