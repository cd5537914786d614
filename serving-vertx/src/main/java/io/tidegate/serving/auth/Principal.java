package io.tidegate.serving.auth;

import java.time.Instant;
import java.util.Set;

/**
 * Who is asking, from a verified token.
 *
 * @param sub claim {@code sub}, never empty
 * @param roles the known ones of claim {@code roles}; may be empty
 * @param tenant claim {@code tenant}, or empty
 * @param expiresAt claim {@code exp}; a token is still taken up to the clock skew after it
 */
public record Principal(String sub, Set<Role> roles, String tenant, Instant expiresAt) {

    public Principal {
        roles = Set.copyOf(roles);
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
