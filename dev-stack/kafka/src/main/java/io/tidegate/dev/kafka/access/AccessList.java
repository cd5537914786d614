package io.tidegate.dev.kafka.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The rights of {@code deploy/kafka/access.acl}: a line is {@code PRINCIPAL OPERATION[,…] RESOURCE NAME}, {@code NAME*} a prefix,
 * {@code *} all; {@code #} begins a comment.
 *
 * @param users the principals, in the order of the file
 */
public record AccessList(Set<AclBinding> rights, Set<String> users) {

    private static final int FIELDS = 4;

    /** @throws IllegalArgumentException with the number of a line that is wrong */
    public static AccessList read(Path file) throws IOException {
        Set<AclBinding> rights = new LinkedHashSet<>();
        Set<String> users = new LinkedHashSet<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").trim();
            if (!line.isEmpty()) {
                try {
                    rights.addAll(line(line.split("\\s+"), users));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(file.getFileName() + ":" + (i + 1) + ": " + e.getMessage(), e);
                }
            }
        }
        return new AccessList(Set.copyOf(rights), users);
    }

    private static Set<AclBinding> line(String[] fields, Set<String> users) {
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("PRINCIPAL OPERATION[,…] RESOURCE NAME expected");
        }
        users.add(fields[0]);
        ResourceType type = ResourceType.fromString(word(fields[2]));
        if (type == ResourceType.UNKNOWN || type == ResourceType.ANY) {
            throw new IllegalArgumentException(
                    "resource: topic, group, transactional-id or cluster expected, not " + fields[2]);
        }
        String name = fields[3];
        boolean prefix = name.endsWith("*") && name.length() > 1;
        ResourcePattern resource = new ResourcePattern(
                type,
                prefix ? name.substring(0, name.length() - 1) : name,
                prefix ? PatternType.PREFIXED : PatternType.LITERAL);
        return List.of(fields[1].split(",")).stream()
                .map(word -> new AclBinding(
                        resource,
                        new AccessControlEntry("User:" + fields[0], "*", operation(word), AclPermissionType.ALLOW)))
                .collect(Collectors.toSet());
    }

    private static AclOperation operation(String word) {
        AclOperation operation = AclOperation.fromString(word(word));
        if (operation == AclOperation.UNKNOWN || operation == AclOperation.ANY || operation == AclOperation.ALL) {
            throw new IllegalArgumentException("operation: one by its name expected, not " + word);
        }
        return operation;
    }

    private static String word(String text) {
        return text.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
