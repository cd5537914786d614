package io.tidegate.serving.notify;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Delivery ids follow from target and content, so that whatever is repeated is repeated under the same id. */
public final class DeliveryIds {

    private DeliveryIds() {}

    /** Of one notice for one target. */
    public static String single(String target, String noticeId) {
        return uuid(target + '\n' + noticeId);
    }

    /** Of a digest. */
    static String digest(String target, List<String> noticeIds) {
        return uuid(target + "\ndigest\n" + noticeIds.stream().sorted().collect(Collectors.joining("\n")));
    }

    private static String uuid(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
