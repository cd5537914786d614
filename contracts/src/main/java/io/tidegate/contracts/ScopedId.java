package io.tidegate.contracts;

/**
 * An id within its tenant as one text: the id alone where there is no tenant, else the id, NUL and the tenant. What is keyed by such
 * texts keeps tenants apart, and state from before there were tenants stays where it was.
 *
 * <p>NUL is in neither: the gateway refuses control characters, and the jobs set aside what came past it.
 */
public final class ScopedId {

    private static final char SEPARATOR = '\0';

    private ScopedId() {}

    /**
     * @param id may be a text that is made of ids, such as {@code post:ID}; an empty one stays empty
     * @param tenant or empty
     */
    public static String of(String id, String tenant) {
        return tenant.isEmpty() || id.isEmpty() ? id : id + SEPARATOR + tenant;
    }

    /** The id without its tenant. */
    public static String id(String scoped) {
        int end = scoped.indexOf(SEPARATOR);
        return end < 0 ? scoped : scoped.substring(0, end);
    }

    /** The tenant, or empty. */
    public static String tenant(String scoped) {
        int end = scoped.indexOf(SEPARATOR);
        return end < 0 ? "" : scoped.substring(end + 1);
    }

    /** Whether a text may be an id or a tenant. */
    public static boolean isPlain(String text) {
        return text.indexOf(SEPARATOR) < 0;
    }
}
