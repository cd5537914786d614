/** From streams to topics: transactional sinks for alerts, notifications and dead letters, absolute values for counters. */
package io.tidegate.jobs.kafka;
