package io.tidegate.dev.kafka.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;

/** Makes the brokers' users and rights what an {@link AccessList} says. May be repeated; a changed password takes effect at once. */
public final class AccessSetup {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int ITERATIONS = 8_192;

    private AccessSetup() {}

    /**
     * Users first: they are worth nothing without rights, but rights would be somebody's who takes their name. Rights that aren't in
     * the list are removed.
     *
     * @param administrator settings of a client whose principal is a super user
     * @param passwords of every user in the list
     * @throws IllegalArgumentException if a user has no password
     * @throws IllegalStateException if the brokers refuse or don't answer within 30 s
     */
    public static void apply(Map<String, Object> administrator, AccessList list, Map<String, String> passwords) {
        List<UserScramCredentialAlteration> users = new ArrayList<>();
        for (String user : list.users()) {
            String password = passwords.get(user);
            if (password == null || password.isEmpty()) {
                throw new IllegalArgumentException("user " + user + " has no password");
            }
            users.add(new UserScramCredentialUpsertion(
                    user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password));
        }
        try (Admin admin = Admin.create(administrator)) {
            await(admin.alterUserScramCredentials(users).all());
            Collection<AclBinding> present =
                    await(admin.describeAcls(AclBindingFilter.ANY).values());
            Set<AclBinding> missing = new HashSet<>(list.rights());
            missing.removeAll(present);
            await(admin.createAcls(missing).all());
            List<AclBindingFilter> surplus = present.stream()
                    .filter(right -> !list.rights().contains(right))
                    .map(AclBinding::toFilter)
                    .toList();
            if (!surplus.isEmpty()) {
                await(admin.deleteAcls(surplus).all());
            }
        }
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Users and rights: " + e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Users and rights: no answer within " + TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Users and rights: interrupted", e);
        }
    }
}
