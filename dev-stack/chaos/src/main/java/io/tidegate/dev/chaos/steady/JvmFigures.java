package io.tidegate.dev.chaos.steady;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Memory of another JVM of ours, as it says itself. Its management agent is started by the attach mechanism, so only who runs as the same
 * user gets in, and it takes connections of this machine only; the JVM needs no option for it.
 */
final class JvmFigures implements AutoCloseable {

    private static final double MB = 1e6;

    private final JMXConnector connector;
    private final MemoryMXBean memory;
    private final List<GarbageCollectorMXBean> collectors = new ArrayList<>();
    private final List<BufferPoolMXBean> buffers = new ArrayList<>();
    private final Set<String> heapPools = new HashSet<>();

    private JvmFigures(JMXConnector connector) throws IOException {
        this.connector = connector;
        MBeanServerConnection server = connector.getMBeanServerConnection();
        this.memory = ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class);
        collectors.addAll(ManagementFactory.getPlatformMXBeans(server, GarbageCollectorMXBean.class));
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(server, BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                buffers.add(pool);
            }
        }
        for (MemoryPoolMXBean pool : ManagementFactory.getPlatformMXBeans(server, MemoryPoolMXBean.class)) {
            if (pool.getType() == MemoryType.HEAP) {
                heapPools.add(pool.getName());
            }
        }
    }

    /** @throws IOException where there is no such JVM, or it isn't ours */
    static JvmFigures of(long pid) throws IOException {
        VirtualMachine machine;
        try {
            machine = VirtualMachine.attach(Long.toString(pid));
        } catch (AttachNotSupportedException e) {
            throw new IOException("process " + pid + ": " + e.getMessage(), e);
        }
        JMXConnector connector;
        try {
            connector = JMXConnectorFactory.connect(
                    new JMXServiceURL(machine.startLocalManagementAgent()),
                    // Nobody asks every minute whether it is still there.
                    Map.of("jmx.remote.x.client.connection.check.period", 0L));
        } finally {
            machine.detach();
        }
        try {
            return new JvmFigures(connector);
        } catch (IOException | RuntimeException e) {
            connector.close();
            throw e;
        }
    }

    /** Empty before the first collection. */
    OptionalDouble heapAfterGcMb() {
        GcInfo latest = null;
        for (GarbageCollectorMXBean collector : collectors) {
            GcInfo info = collector.getLastGcInfo();
            if (info != null && (latest == null || info.getEndTime() > latest.getEndTime())) {
                latest = info;
            }
        }
        if (latest == null) {
            return OptionalDouble.empty();
        }
        long used = 0;
        for (Map.Entry<String, MemoryUsage> pool :
                latest.getMemoryUsageAfterGc().entrySet()) {
            if (heapPools.contains(pool.getKey())) {
                used += pool.getValue().getUsed();
            }
        }
        return OptionalDouble.of(used / MB);
    }

    /** Stops it for the time of a whole collection. */
    double collectedHeapMb() {
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed() / MB;
    }

    double directMb() {
        return buffers.stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum() / MB;
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
