package io.tidegate.dev.clickhouse.engine;

/**
 * The engine's configuration: memory and threads for a development machine with two cores, and no way out of the data
 * directory.
 */
final class EngineConfig {

    private EngineConfig() {}

    static String config(EngineDirectory directory) {
        return """
                <clickhouse>
                    <users_config>%s</users_config>
                    <mlock_executable>false</mlock_executable>

                    <!-- With the JVM and the library's pages this keeps the process below 1.2 GB. -->
                    <max_server_memory_usage>629145600</max_server_memory_usage>
                    <mark_cache_size>33554432</mark_cache_size>
                    <index_mark_cache_size>8388608</index_mark_cache_size>
                    <uncompressed_cache_size>0</uncompressed_cache_size>
                    <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
                    <primary_index_cache_size>16777216</primary_index_cache_size>
                    <mmap_cache_size>0</mmap_cache_size>
                    <compiled_expression_cache_size>8388608</compiled_expression_cache_size>

                    <background_pool_size>2</background_pool_size>
                    <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
                    <background_move_pool_size>1</background_move_pool_size>
                    <background_fetches_pool_size>1</background_fetches_pool_size>
                    <background_common_pool_size>2</background_common_pool_size>
                    <background_schedule_pool_size>8</background_schedule_pool_size>
                    <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
                    <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
                    <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
                    <tables_loader_foreground_pool_size>2</tables_loader_foreground_pool_size>
                    <tables_loader_background_pool_size>2</tables_loader_background_pool_size>
                    <max_concurrent_queries>100</max_concurrent_queries>
                    <merge_tree>
                        <max_bytes_to_merge_at_max_space_in_pool>2147483648</max_bytes_to_merge_at_max_space_in_pool>
                        <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
                        <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
                        <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
                    </merge_tree>

                    <!-- Below so much free space nothing is inserted or merged. It has to be more than others can use up while a merge
                         is running: this engine keeps the empty result of one that ran into the end of the disk, and drops what it
                         was made from (docs/adr/0043). -->
                    <storage_configuration>
                        <disks><default><keep_free_space_bytes>%d</keep_free_space_bytes></default></disks>
                    </storage_configuration>

                    <!-- Engines that reach out (File, URL, MySQL, …) need a grant that users.xml doesn't give. -->
                    <access_control_improvements>
                        <table_engines_require_grant>true</table_engines_require_grant>
                    </access_control_improvements>
                </clickhouse>
                """.formatted(directory.usersFile(), EngineDirectory.KEEP_FREE_BYTES);
    }

    static String users() {
        return """
                <clickhouse>
                    <profiles>
                        <default>
                            <max_memory_usage>400000000</max_memory_usage>
                            <max_execution_time>600</max_execution_time>
                        </default>
                    </profiles>
                    <quotas><default/></quotas>
                    <users>
                        <default>
                            <password></password>
                            <networks><ip>::/0</ip></networks>
                            <profile>default</profile>
                            <quota>default</quota>
                            <grants>
                                <query>GRANT ALL ON *.*</query>
                                <!-- file(), url(), remote(), s3(), mysql() and so on. -->
                                <query>REVOKE SOURCES ON *.*</query>
                                <query>REVOKE TABLE ENGINE ON *</query>
                                <query>GRANT TABLE ENGINE ON Memory</query>
                                <query>REVOKE NAMED COLLECTION ADMIN ON *</query>
                                <query>REVOKE SYSTEM SHUTDOWN ON *.*</query>
                            </grants>
                        </default>
                    </users>
                </clickhouse>
                """;
    }
}
